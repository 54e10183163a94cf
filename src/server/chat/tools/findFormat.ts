import type { JinjaTemplate } from '../jinja/jinjaTemplate.ts';
import { askedFormat, declaredFormat } from './declaredFormats.ts';
import { deriveFormat } from './derivedFormat.ts';
import type { ToolFormat } from './toolFormat.ts';

/** The format of calls in which a template's model answers; null where the template does not give it away. */
export function findToolFormat(template: JinjaTemplate): ToolFormat | null {
  const { source } = template;
  return declaredFormat(source) ?? deriveFormat(template) ?? askedFormat(source);
}
