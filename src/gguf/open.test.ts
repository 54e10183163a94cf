import { describe, expect, it } from 'vitest';
import { ForetokenError } from '../util/errors.ts';
import { openGguf, type TypedValue, writeGguf } from './index.ts';
import { partNames, partUrls } from './splitName.ts';

interface PartToWrite {
  readonly no?: number;
  readonly count?: number;
  readonly nTensors?: number;
  readonly tensors?: readonly string[];
  readonly metadata?: Readonly<Record<string, TypedValue>>;
}

/** Part as gguf-split writes it; each tensor holds the number of the part. Without a number it is a whole file. */
function part({ no, count = 3, nTensors = 3, tensors = [`t${no}`], metadata }: PartToWrite): File {
  const bytes = writeGguf({
    metadata: {
      ...metadata,
      ...(no !== undefined && {
        'split.no': { type: 'uint16', value: no },
        'split.count': { type: 'uint16', value: count },
        'split.tensors.count': { type: 'int32', value: nTensors },
      }),
    },
    tensors: tensors.map(name => ({ name, type: 'F32', shape: [2], data: new Uint8Array(8).fill(no ?? 9) })),
  });
  return new File([bytes], no === undefined ? 'whole.gguf' : `${'abcdef'[no] ?? 'z'}.gguf`);
}

const architecture = (value: string) => ({ 'general.architecture': { type: 'string', value } }) as const;

describe('a model in parts', () => {
  it.each([[[0, 1, 2]], [[2, 0, 1]], [[1, 2, 0]]])(
    'is read in the order of split.no when its parts are given as %j',
    async order => {
      const parts = [
        part({ no: 0, metadata: architecture('llama') }),
        part({ no: 1 }),
        part({ no: 2, tensors: ['t2'] }),
      ];
      const { source, metadata, tensors } = await openGguf(order.map(i => parts[i]));
      expect(source.name).toBe('a.gguf');
      expect(source.sizeBytes).toBe(parts.reduce((sum, { size }) => sum + size, 0));
      expect(metadata.get('general.architecture')).toBe('llama');
      expect([...tensors.keys()]).toEqual(['t0', 't1', 't2']);
      for (const [i, { offset, sizeBytes }] of [...tensors.values()].entries()) {
        expect([...(await source.read(offset, sizeBytes))]).toEqual(Array(8).fill(i));
      }
    },
  );

  it('may have a first part without tensors', async () => {
    const parts = [
      part({ no: 0, count: 2, nTensors: 1, tensors: [] }),
      part({ no: 1, count: 2, nTensors: 1 }),
    ];
    expect([...(await openGguf(parts)).tensors.keys()]).toEqual(['t1']);
  });

  it('may repeat the metadata of the first part in the others', async () => {
    const metadata = {
      ...architecture('llama'),
      'tokenizer.ggml.tokens': { type: 'array', of: 'string', value: ['a'] },
      odd: { type: 'float64', value: Number.NaN },
    } as const;
    expect((await openGguf([0, 1, 2].map(no => part({ no, metadata })))).tensors.size).toBe(3);
  });

  it.each([
    ['a whole file', part({})],
    ['a list of one whole file', [part({})]],
    ['a part that is the only one', part({ no: 0, count: 1 })],
    ['a file that says it has no parts', part({ no: 0, count: 0 })],
  ])('is not looked for in %s', async (_, model) => {
    expect((await openGguf(model)).tensors.size).toBe(1);
  });

  const wrong: [what: string, parts: File | File[], message: string][] = [
    ['one part alone', part({ no: 0 }), 'a.gguf is part 1 of 3, but 2 are missing, part 2 first'],
    [
      'a missing first part',
      [part({ no: 1 }), part({ no: 2 })],
      'b.gguf is part 2 of 3, but part 1 is missing',
    ],
    [
      'a missing last part',
      [part({ no: 0 }), part({ no: 1 })],
      'a.gguf is part 1 of 3, but part 3 is missing; give all 3 parts',
    ],
    [
      'a doubled part',
      [part({ no: 0 }), part({ no: 1 }), part({ no: 1 }), part({ no: 2 })],
      'b.gguf and b.gguf are both part 2 of 3',
    ],
    [
      'a part of a model in more parts',
      [part({ no: 0 }), part({ no: 1, count: 4 }), part({ no: 2 })],
      'b.gguf is a part of a model in 4 parts, but a.gguf of one in 3',
    ],
    [
      'a whole file beside parts',
      [part({ no: 0 }), part({})],
      'whole.gguf is a whole model, not a part of one',
    ],
    ['two whole files', [part({}), part({})], 'whole.gguf is a whole model, not a part of one'],
    [
      'a part of a model of more tensors',
      [part({ no: 0 }), part({ no: 1, nTensors: 4 }), part({ no: 2 })],
      'b.gguf is a part of another model than a.gguf: its split.tensors.count is 4, not 3',
    ],
    [
      'a part of another architecture',
      [
        part({ no: 0, metadata: architecture('llama') }),
        part({ no: 1 }),
        part({ no: 2, metadata: architecture('gemma') }),
      ],
      'c.gguf is a part of another model than a.gguf: its general.architecture is gemma, not llama',
    ],
    [
      'a tensor in two parts',
      [part({ no: 0 }), part({ no: 1, tensors: ['t0'] }), part({ no: 2 })],
      'tensor "t0" is in b.gguf and in a part before it',
    ],
    [
      'a part with too few tensors',
      [part({ no: 0 }), part({ no: 1, tensors: [] }), part({ no: 2 })],
      'a model of 3 tensors (split.tensors.count), but its 3 parts have 2',
    ],
    [
      'a part with too many tensors',
      [part({ no: 0 }), part({ no: 1, tensors: ['t1', 'u1'] }), part({ no: 2 })],
      'a model of 3 tensors (split.tensors.count), but its 3 parts have 4',
    ],
    ['a part beyond the last', [part({ no: 0 }), part({ no: 3 })], 'split.no is 3, not a number from 0 to 2'],
    [
      'the largest number of parts',
      part({ no: 0, count: 65535 }),
      'a.gguf is part 1 of 65535, but 65534 are missing, part 2 first',
    ],
    [
      'a count that is text',
      part({ metadata: { 'split.count': { type: 'string', value: '3' } } }),
      'whole.gguf: split.count is 3, not a number of parts',
    ],
    [
      'a count of 2.5',
      part({ metadata: { 'split.count': { type: 'float32', value: 2.5 } } }),
      'split.count is 2.5, not a number of parts',
    ],
    [
      'a count below zero',
      part({ metadata: { 'split.count': { type: 'int32', value: -3 } } }),
      'split.count is -3, not a number of parts',
    ],
    [
      'parts without a number',
      [0, 1].map(() => part({ metadata: { 'split.count': { type: 'uint16', value: 2 } } })),
      'split.no is undefined, not a number from 0 to 1',
    ],
    [
      'parts that do not say how many tensors there are',
      [0, 1].map(no =>
        part({
          metadata: {
            'split.no': { type: 'uint16', value: no },
            'split.count': { type: 'uint16', value: 2 },
          },
          tensors: [`t${no}`],
        }),
      ),
      'metadata key "split.tensors.count" is missing',
    ],
  ];
  it.each(wrong)('is refused with %s', async (_, parts, message) => {
    const error = await openGguf(parts).catch(thrown => thrown);
    expect(error).toBeInstanceOf(ForetokenError);
    expect(error).toMatchObject({ code: 'invalid_gguf', message: expect.stringContaining(message) });
  });
});

describe('the address of a part', () => {
  const BASE = 'https://example.org/models';

  /** Serves these parts and records the requested names. */
  function serverOf(names: readonly string[]) {
    const asked: string[] = [];
    const fetchImpl: typeof fetch = async url => {
      const name = String(url).slice(BASE.length + 1);
      asked.push(name);
      const no = names.indexOf(name);
      return no < 0 ? new Response(null, { status: 404 }) : new Response(part({ no }));
    };
    return { asked, fetchImpl };
  }
  const NAMES = ['m-00001-of-00003.gguf?x=1', 'm-00002-of-00003.gguf?x=1', 'm-00003-of-00003.gguf?x=1'];

  it.each([NAMES[0], NAMES[1]])('leads to the others: %s', async name => {
    const { asked, fetchImpl } = serverOf(NAMES);
    expect((await openGguf(`${BASE}/${name}`, fetchImpl)).tensors.size).toBe(3);
    expect(asked.toSorted()).toEqual(NAMES);
  });

  it('names the part that is missing', async () => {
    const { fetchImpl } = serverOf(NAMES.slice(0, 2));
    await expect(openGguf(new URL(`${BASE}/${NAMES[0]}`), fetchImpl)).rejects.toMatchObject({
      code: 'fetch_failed',
      message: expect.stringContaining('m-00003-of-00003.gguf'),
    });
  });

  it('requests as many parts as the metadata says, whatever the file name says', async () => {
    const { asked, fetchImpl } = serverOf(['m-00001-of-99999.gguf']);
    await expect(openGguf(`${BASE}/m-00001-of-99999.gguf`, fetchImpl)).rejects.toMatchObject({
      code: 'invalid_gguf',
      message: expect.stringContaining('2 are missing, part 2 first'),
    });
    expect(asked).toHaveLength(1);
  });
});

describe('names of parts', () => {
  it.each([
    ['a-00001-of-00002.gguf', ['a-00001-of-00002.gguf', 'a-00002-of-00002.gguf']],
    ['/x/a-00002-of-00002.GGUF', ['/x/a-00001-of-00002.GGUF', '/x/a-00002-of-00002.GGUF']],
    ['a-00001-of-00001.gguf', ['a-00001-of-00001.gguf']],
    ['a-00003-of-00002.gguf', null],
    ['a-00000-of-00002.gguf', null],
    ['a-1-of-2.gguf', null],
    ['a-00001-of-00002.gguf.part', null],
    ['a.gguf', null],
  ])('of %s are %j', (name, names) => {
    expect(partNames(name)).toEqual(names);
  });

  it.each([
    ['http://h/a-00001-of-00001.gguf?b#c', ['http://h/a-00001-of-00001.gguf?b#c']],
    ['http://h/a.gguf?b-00001-of-00001.gguf', null],
  ])('at %s are %j', (url, urls) => {
    expect(partUrls(url)).toEqual(urls);
  });
});
