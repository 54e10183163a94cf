import type { JinjaTemplate } from '../jinja/jinjaTemplate.ts';
import { askedFormat, declaredFormat } from './declaredFormats.ts';
import { deriveFormat } from './derivedFormat.ts';
import type { ToolFormat } from './toolFormat.ts';

/** Finds the format of tool calls of a template's model; null if the template does not show it. */
export function findToolFormat(template: JinjaTemplate): ToolFormat | null {
  const { source } = template;
  return declaredFormat(source) ?? deriveFormat(template) ?? askedFormat(source);
}
