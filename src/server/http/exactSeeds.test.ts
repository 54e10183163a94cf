import { describe, expect, it } from 'vitest';
import { testServer } from '../testing/testServer.ts';
import { withExactSeeds } from './exactSeeds.ts';

const read = (text: string) => withExactSeeds(JSON.parse(text), text);

describe('reading a seed', () => {
  it.each([
    ['{"seed":18446744073709551615}', 4294967295],
    ['{"seed":18446744073709551614}', 4294967294],
    ['{"seed": 9223372036854775807 }', 4294967295],
    ['{"seed":9007199254740993}', 1],
    ['{"seed":9007199254740992}', 0],
    ['{"seed":4611686018427387911,"seed":1311768467463790320}', 2596069104],
    ['{"seed":-9223372036854775807}', 1],
    ['{"seed":-9007199254740993}', 4294967295],
    ['{"a":{"seed":1},"seed":9007199254740995,"b":[{"seed":2}]}', 3],
    ['{"a":"\\"seed\\":1,{[","seed":9007199254740995,"b":"seed"}', 3],
    ['{"b":["seed",7],"seed":9007199254740995,"c":["seed",8,{"seed":9}]}', 3],
    ['{"\\u0073eed":9007199254740995}', 3],
    ['{\n\t"seed"\n:\t9007199254740995\n}', 3],
  ])('the seed in %s is %i, the lowest 32 bits of the written number', (text, seed) => {
    expect(read(text)).toMatchObject({ seed });
  });

  it.each([
    '{"seed":5}',
    '{"seed":-1}',
    '{"seed":1e20}',
    '{"seed":1e300}',
    '{"seed":"9007199254740993"}',
    '{}',
    '[]',
  ])('the seed in %s is the number that JSON.parse returns', text => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"instances":[{"seed":9007199254740995},{"seed":1},{"seed":9007199254740993}]}', [3, 1, 1]],
    ['{"instances":[{"a":[{"seed":9007199254740997}],"seed":9007199254740995}]}', [3]],
  ])('seeds of instances are exact too: %s', (text, seeds) => {
    expect(read(text)).toMatchObject({ instances: seeds.map(seed => ({ seed })) });
  });

  it('a seed inside data is unchanged', () => {
    const text =
      '{"seed":9007199254740995,"tools":[{"seed":9007199254740995}],"x":{"seed":9007199254740995}}';
    expect(read(text)).toEqual({ ...JSON.parse(text), seed: 3 });
  });

  it.each([
    ['/completion', '{"prompt":"ab","n_predict":1,"seed":9007199254740995}', 3],
    ['/completion', '{"prompt":"ab","n_predict":1,"seed":18446744073709551615}', 4294967295],
    ['/completion', '{"prompt":"ab","n_predict":1,"seed":18446744069414584327}', 7],
  ])('%s accepts a 64-bit seed: %s', async (path, body, seed) => {
    const answer = await (await testServer().post(path, body)).json();
    expect(answer.generation_settings.seed).toBe(seed);
  });
});
