import { assertNever } from '../../util/assert.ts';
import { type HubModel, locateInHub } from './hubModel.ts';
import type { Locating } from './locating.ts';
import { locateUrl, type UrlModel } from './urlModel.ts';

/** Where a model is. */
export type ModelChoice = { readonly kind: 'file'; readonly path: string } | HubModel | UrlModel;

/** Path of the model's file on this machine, after it was downloaded where it was not there. */
export async function locate(choice: ModelChoice, locating: Locating): Promise<string> {
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
