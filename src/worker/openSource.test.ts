import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, FakeHub } from '../cli/hub/fakeHub.ts';
import { openGguf, writeGguf } from '../gguf/index.ts';
import { openSource } from './openSource.ts';

/** File with one tensor, or a part of a model of two. */
function gguf(name: string, part?: number): Uint8Array<ArrayBuffer> {
  const split = {
    'split.no': { type: 'uint16', value: part ?? 0 },
    'split.count': { type: 'uint16', value: 2 },
    'split.tensors.count': { type: 'int32', value: 2 },
  } as const;
  return writeGguf({
    metadata: part === undefined ? {} : split,
    tensors: [{ name, type: 'F32', shape: [2], data: new Uint8Array(8) }],
  });
}

const FILES = {
  'a-Q8_0.gguf': gguf('whole'),
  's-F16-00001-of-00002.gguf': gguf('first', 0),
  's-F16-00002-of-00002.gguf': gguf('second', 1),
};

let hub: FakeHub;

beforeEach(async () => {
  hub = await FakeHub.open(
    Object.fromEntries(Object.entries(FILES).map(([name, bytes]) => [name, Buffer.from(bytes)])),
  );
});
afterEach(() => hub.close());

const names = async (source: Parameters<typeof openSource>[0], hfToken?: string) => {
  const { tensors } = await openSource(
    source,
    { hfEndpoint: hub.endpoint, ...(hfToken && { hfToken }) },
    openGguf,
  );
  return [...tensors.keys()];
};
const fileUrl = (name: string) => `${hub.endpoint}/org/name/resolve/${COMMIT}/${name}`;

describe('a source', () => {
  it('of the Hub is opened in ranges at the commit of the look-up', async () => {
    expect(await names('hf:org/name')).toEqual(['whole']);
    expect(hub.asked.slice(2)).toEqual([`GET /org/name/resolve/${COMMIT}/a-Q8_0.gguf bytes=0-1048575`]);
  });

  it.each([
    ['a type of the Hub', () => 'hf:org/name:F16'],
    ['a file of the Hub', () => 'hf:org/name/s-F16-00002-of-00002.gguf'],
    ['the address of one part', () => fileUrl('s-F16-00001-of-00002.gguf')],
    ['the addresses of all parts', () => Object.keys(FILES).slice(1).map(fileUrl)],
    ['parts that the page has', () => [new Blob([gguf('first', 0)]), new Blob([gguf('second', 1)])]],
  ])('in parts is opened whole from %s', async (_, source) => {
    expect(await names(source())).toEqual(['first', 'second']);
  });

  it('that needs a login is opened with the token, by name and by address', async () => {
    hub.faults.token = 'hf_secret';
    for (const source of ['hf:org/name', fileUrl('a-Q8_0.gguf')]) {
      await expect(names(source)).rejects.toMatchObject({
        code: 'fetch_failed',
        message: expect.stringMatching(/^org\/name on http.*HTTP 401.*give a token \(hfToken/),
      });
      expect(await names(source, 'hf_secret')).toEqual(['whole']);
    }
  });

  it('that is not there is refused with what there is', async () => {
    await expect(names('hf:org/name:Q2_K')).rejects.toThrow('Q2_K is not in org/name: it has a-Q8_0.gguf');
  });
});
