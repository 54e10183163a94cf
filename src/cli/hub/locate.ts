import { assertNever } from '../../util/assert.ts';
import { type HubChoice, locateInHub } from './hubChoice.ts';
import type { Locating } from './locating.ts';
import { locateUrl, type UrlModel } from './urlModel.ts';

/** Location of a model. */
export type ModelChoice = { readonly kind: 'file'; readonly path: string } | HubChoice | UrlModel;

/**
 * Returns the path of the model's file on this machine, after downloading it if necessary; null for an MTP head that need not be
 * there.
 */
export async function locate(choice: ModelChoice, locating: Locating): Promise<string | null> {
  switch (choice.kind) {
    case 'file':
      return choice.path;
    case 'hub':
      return locateInHub(choice, locating);
    case 'url':
      return locateUrl(choice, locating);
    default:
      return assertNever(choice);
  }
}
