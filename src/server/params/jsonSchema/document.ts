import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { pointer, tokensOf } from './pointer.ts';

/** Part of a schema document, with its JSON pointer. */
export interface Part {
  readonly json: unknown;
  readonly path: string;
}

/** Keywords whose values are data, not schemas. */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'example']);
/** Base address of schemas that define none. */
const NO_ADDRESS = 'http://schema.invalid/';

/** Resolves references by JSON pointer, `$anchor` or `$id` within one document. Source: JSON Schema 2020-12, §8.2. */
export class SchemaDocument {
  readonly root: Part;
  /** Schemas by address, and by address with anchor. */
  readonly #byAddress = new Map<string, Part>();
  /** Addresses by the path of the schema that defines them. */
  readonly #addresses = new Map<string, string>();

  constructor(json: unknown) {
    this.root = { json, path: '#' };
    this.#byAddress.set(NO_ADDRESS, this.root);
    this.#addresses.set('#', NO_ADDRESS);
    const pending = [{ part: this.root, address: NO_ADDRESS }];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const { json: value, path } = at.part;
      if (typeof value !== 'object' || value === null) continue;
      const address = isJsonObject(value) ? this.#enter(value, at.part, at.address) : at.address;
      for (const [key, child] of Object.entries(value)) {
        if (!DATA.has(key)) pending.push({ part: { json: child, path: pointer(path, key) }, address });
      }
    }
  }

  /** Resolves `ref` at `path`; returns the reason if it cannot be resolved. */
  resolve(ref: string, path: string): Part | string {
    const [uri, ...rest] = ref.split('#');
    const fragment = rest.join('#');
    const address = uri === '' ? this.#addressAt(path) : join(this.#addressAt(path), uri);
    const resource = this.#byAddress.get(address);
    if (resource === undefined) {
      return `unsupported $ref ${ref}, only references into the same document are supported`;
    }
    if (fragment === '') return resource;
    const decoded = decode(fragment);
    if (!decoded.startsWith('/')) {
      return (
        this.#byAddress.get(`${address}#${decoded}`) ?? `cannot resolve $ref ${ref}, no $anchor ${decoded}`
      );
    }
    // Tries the pointer decoded (RFC 6901) and as written, from the schema with that address and from the root.
    const found = [decoded, fragment].flatMap(text => [follow(resource, text), follow(this.root, text)]);
    return (
      found.find(part => typeof part !== 'string') ?? `cannot resolve $ref ${ref}, ${found[0]} not found`
    );
  }

  /** Registers the names of a schema and returns the base address inside it. */
  #enter(json: JsonObject, part: Part, around: string): string {
    const id = json.$id ?? json.id;
    const [uri, anchor = ''] = typeof id === 'string' ? id.split('#') : [''];
    const address = uri === '' ? around : join(around, uri);
    if (uri !== '') {
      this.#byAddress.set(address, part);
      this.#addresses.set(part.path, address);
    }
    for (const name of [anchor, json.$anchor, json.$dynamicAnchor]) {
      if (typeof name === 'string' && name !== '') this.#byAddress.set(`${address}#${name}`, part);
    }
    return address;
  }

  #addressAt(path: string): string {
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const address = this.#addresses.get(at);
      if (address !== undefined) return address;
      if (!at.includes('/')) break;
    }
    return NO_ADDRESS;
  }
}

/** Follows a JSON pointer; returns its first unknown token if it leads nowhere. */
function follow(from: Part, text: string): Part | string {
  let { json, path } = from;
  for (const token of tokensOf(text)) {
    const isIndex = Array.isArray(json) && /^\d+$/.test(token) && Number(token) < json.length;
    if (!isIndex && !(isJsonObject(json) && Object.hasOwn(json, token))) return token;
    json = Array.isArray(json) ? json[Number(token)] : isJsonObject(json) ? json[token] : undefined;
    path = pointer(path, token);
  }
  return { json, path };
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

function join(address: string, uri: string): string {
  try {
    return new URL(uri, address).href;
  } catch {
    return uri;
  }
}
