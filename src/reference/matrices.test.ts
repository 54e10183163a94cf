import { describe, expect, it } from 'vitest';
import { randomValues } from '../quant/randomValues.ts';
import { getRows } from './getRows.ts';
import { type MulMatOptions, mulMat } from './mulMat.ts';
import { mulMatIdStore, mulMatIdSum, mulMatIdSwiglu } from './mulMatId.ts';
import { mulMatSwiglu } from './mulMatSwiglu.ts';
import { rmsNorm } from './rmsNorm.ts';
import { type RouterOptions, router } from './router.ts';
import { swiglu } from './swiglu.ts';

const floats = (...values: number[]) => Float32Array.from(values);

describe('getRows', () => {
  it('gathers the embeddings of tokens in their order', () => {
    expect([...getRows(floats(1, 2, 3, 4, 5, 6), 2, [2, 0, 2])]).toEqual([5, 6, 1, 2, 5, 6]);
  });
});

describe('getRows of other models than llama', () => {
  it('scales embeddings, then adds the row of each position', () => {
    const options = { scale: 10, positions: floats(1, 2, 3, 4) };
    expect([...getRows(floats(1, 2, 3, 4), 2, [1, 0], options)]).toEqual([31, 42, 13, 24]);
  });
});

describe('rmsNorm', () => {
  it('divides a row by the root of its mean square and multiplies by the weight', () => {
    // mean(x²) = (9 + 16) / 2 = 12.5
    const expected = [3 / Math.sqrt(12.5), 8 / Math.sqrt(12.5)].map(Math.fround);
    expect([...rmsNorm(floats(3, 4), floats(1, 2), 2, 0)]).toEqual(expected);
  });

  it('adds eps to the mean square, so that zeros stay zeros', () => {
    expect([...rmsNorm(floats(0, 0), floats(1, 1), 2, 1e-5)]).toEqual([0, 0]);
    expect(rmsNorm(floats(3, 3), floats(1, 1), 2, 16)[0]).toBe(Math.fround(3 / 5));
  });

  it('takes the rows that it is given', () => {
    const x = floats(1, 1, 2, -2, 3, 3);
    expect([...rmsNorm(x, floats(1, 1), 2, 0, [1, 0])]).toEqual([1, -1, 1, 1]);
  });

  it('does not overflow if squares exceed float32', () => {
    expect([...rmsNorm(floats(3e30, -3e30), floats(1, 1), 2, 0)]).toEqual([1, -1]);
  });
});

describe('mulMat', () => {
  const weight = floats(1, 2, 3, 4, 5, 6); // [3, 2]

  it('multiplies every row of x by every row of the weight', () => {
    expect([...mulMat(weight, floats(1, 10, -1, 1), 3, 2)]).toEqual([21, 43, 65, 1, 1, 1]);
  });

  it('adds a residual', () => {
    expect([...mulMat(weight, floats(1, 10), 3, 2, { residual: floats(1, 2, 3) })]).toEqual([22, 45, 68]);
  });

  it('keeps digits that a float32 sum would lose', () => {
    expect(mulMat(floats(1, 1, 1), floats(2 ** 30, 1, -(2 ** 30)), 1, 3)[0]).toBe(1);
    expect(mulMat(floats(1), floats(2 ** -30), 1, 1, { residual: floats(1) })[0]).toBe(1);
  });
});

describe('mulMat of other models than llama', () => {
  const weight = floats(1, 2, 3, 4, 5, 6); // [3, 2], times (1, 10): 21, 43, 65
  const product = (options: MulMatOptions, x = floats(1, 10)) => [...mulMat(weight, x, 3, 2, options)];
  const gelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

  it.each<[string, MulMatOptions, number[]]>([
    ['adds a bias', { bias: floats(1, 2, 3) }, [22, 45, 68]],
    ['scales what has its bias', { bias: floats(1, 2, 3), scale: 10 }, [220, 450, 680]],
    ['caps what is scaled', { scale: 0.1, softcap: 2 }, [2.1, 4.3, 6.5].map(x => 2 * Math.tanh(x / 2))],
    ['activates last, by GELU', { scale: 0.1, activation: 'gelu' }, [2.1, 4.3, 6.5].map(gelu)],
    ['squares what is above zero', { bias: floats(-20, -50, -60), activation: 'relu2' }, [1, 0, 25]],
    ['weighs what it adds', { factors: floats(2), residual: floats(1, 2, 3) }, [43, 88, 133]],
  ])('%s', (_, options, expected) => {
    expect(product(options)).toEqual(expected.map(Math.fround));
  });

  it('multiplies only the part of a row that belongs to a group', () => {
    const groups = { rows: 2, srcOffset: 1, srcStride: 3, rowStride: 6 };
    const x = floats(9, 1, 10, 9, 2, 20, 9, 0, 1, 9, 1, 0);
    expect(product({ groups }, x)).toEqual([21, 43, 130, 2, 4, 5]);
  });

  it('activates the biased gate by GELU, and multiplies it by the biased up', () => {
    const options = { activation: 'gelu', biases: { gate: floats(1), up: floats(-1) } } as const;
    const [h] = mulMatSwiglu(floats(1), floats(3), floats(2), 1, 1, options);
    expect(h).toBe(Math.fround(gelu(3) * 5));
  });
});

describe('swiglu', () => {
  it('is silu of the gate times up', () => {
    const [first, zero] = swiglu(floats(2, 0), floats(3, 5));
    expect(first).toBe(Math.fround((2 / (1 + Math.exp(-2))) * 3));
    expect(zero).toBe(0);
  });

  it('equals the gate far above zero, and zero far below', () => {
    expect([...swiglu(floats(1e4, -1e4), floats(1, 1))]).toEqual([1e4, -0]);
  });

  it('equals the activation that mulMatSwiglu fuses with the two products', () => {
    const [gate, up, x] = [randomValues(12, 1), randomValues(12, 2), randomValues(8, 3)];
    const fused = mulMatSwiglu(gate, up, x, 3, 4);
    const separate = swiglu(mulMat(gate, x, 3, 4), mulMat(up, x, 3, 4));
    fused.forEach((value, i) => {
      expect(value).toBeCloseTo(separate[i], 6);
    });
  });
});

describe('router', () => {
  const gateInp = floats(0, 1, 2, 1); // four experts, k = 1

  it('chooses the likeliest experts, and of equal ones the lowest id', () => {
    expect([...router(gateInp, floats(1), 1, 3).ids]).toEqual([2, 1, 3]);
    expect([...router(gateInp, floats(0), 1, 2).ids]).toEqual([0, 1]);
  });

  it('gives them the softmax over all experts, renormalised to the sum 1', () => {
    const exponentials = [0, 1, 2, 1].map(Math.exp);
    const total = exponentials.reduce((a, b) => a + b);
    const [first, second] = [exponentials[2] / total, exponentials[1] / total];
    const { weights } = router(gateInp, floats(1), 1, 2);
    expect(weights[0]).toBeCloseTo(first / (first + second), 7);
    expect(weights[1]).toBeCloseTo(second / (first + second), 7);
  });

  it('has weights that sum to 1 in every row, at any magnitude', () => {
    const k = 8;
    const { weights } = router(randomValues(6 * k, 4, 100), randomValues(5 * k, 5, 100), k, 3);
    for (let row = 0; row < 5; row++) {
      expect(weights.subarray(3 * row, 3 * row + 3).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    }
  });
});

describe('router of other models than Mixtral', () => {
  const gateInp = floats(0, 1, 2, 1); // four experts, k = 1, logits 0, 1, 2, 1 for x = 1
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const route = (options: RouterOptions, nUsed = 2) => router(gateInp, floats(1), 1, nUsed, options);
  const softmaxOf = (...logits: number[]) => {
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return logits.map(logit => Math.exp(logit) / total);
  };

  it.each<[string, RouterOptions, number[], number[]]>([
    ['probabilities among all', { normalise: false }, [2, 1], softmaxOf(2, 1, 1, 0).slice(0, 2)],
    ['sigmoids', { gating: 'sigmoid', normalise: false }, [2, 1], [sigmoid(2), sigmoid(1)]],
    [
      'sigmoids that sum to 1, scaled',
      { gating: 'sigmoid', weightScale: 3 },
      [2, 1],
      [(3 * sigmoid(2)) / (sigmoid(2) + sigmoid(1)), (3 * sigmoid(1)) / (sigmoid(2) + sigmoid(1))],
    ],
    [
      'probabilities among the chosen',
      { gating: 'softmaxOfChosen', normalise: false },
      [2, 1],
      softmaxOf(2, 1),
    ],
    [
      'biased logits',
      { normalise: false, routerBias: floats(3, 0, 0, 0) },
      [0, 2],
      softmaxOf(3, 2, 1, 1).slice(0, 2),
    ],
    [
      'values that a bias of the selection does not change',
      { gating: 'sigmoid', normalise: false, selectionBias: floats(0, 0, -1, 0.1) },
      [3, 1],
      [sigmoid(1), sigmoid(1)],
    ],
    [
      'values of the best group, whose best expert is not the best of all',
      {
        gating: 'sigmoid',
        normalise: false,
        groups: { count: 2, used: 1 },
        routerBias: floats(1.5, 0.5, 0, -9),
      },
      [0, 1],
      [sigmoid(1.5), sigmoid(1.5)],
    ],
    [
      'hardly anything where the sum is too small to divide by',
      { gating: 'sigmoid', routerBias: floats(-30, -30, -30, -30) },
      [2, 1],
      [sigmoid(-28) * 2 ** 14, sigmoid(-29) * 2 ** 14],
    ],
  ])('weighs experts by %s', (_, options, ids, weights) => {
    const chosen = route(options);
    expect([...chosen.ids]).toEqual(ids);
    for (const [i, weight] of weights.entries()) expect(chosen.weights[i]).toBeCloseTo(weight, 6);
  });
});

describe('mulMatId', () => {
  const shape = { nEmbd: 4, nFf: 3, nUsed: 2 };
  const nExpert = 3;
  const [gate, up, down] = [6, 7, 8].map(seed => randomValues(nExpert * 12, seed));
  const x = randomValues(2 * 4, 9);
  const ids = [2, 0, 1, 2];
  const expert = (weights: Float32Array, id: number) => weights.subarray(id * 12, (id + 1) * 12);

  it("computes the gate and up products of each row's chosen experts", () => {
    const h = mulMatIdSwiglu(gate, up, x, ids, shape);
    ids.forEach((id, choice) => {
      const row = x.subarray(4 * (choice >> 1), 4 * (choice >> 1) + 4);
      expect(h.subarray(3 * choice, 3 * choice + 3)).toEqual(
        mulMatSwiglu(expert(gate, id), expert(up, id), row, 3, 4),
      );
    });
  });

  it('adds their weighted down products to the residual', () => {
    const h = mulMatIdSwiglu(gate, up, x, ids, shape);
    const weights = floats(0.75, 0.25, 0.5, 0.5);
    const sums = mulMatIdSum(down, h, ids, weights, x, shape);
    for (let row = 0; row < 2; row++) {
      const parts = [2 * row, 2 * row + 1].map(choice =>
        mulMat(expert(down, ids[choice]), h.subarray(3 * choice, 3 * choice + 3), 4, 3).map(
          value => value * weights[choice],
        ),
      );
      for (let i = 0; i < 4; i++) {
        expect(sums[4 * row + i]).toBeCloseTo(x[4 * row + i] + parts[0][i] + parts[1][i], 6);
      }
    }
  });

  it('equals the dense feed-forward if the only expert has weight 1', () => {
    const one = { ...shape, nUsed: 1 };
    const h = mulMatIdSwiglu(gate, up, x, [1, 1], one);
    const sums = mulMatIdSum(down, h, [1, 1], floats(1, 1), x, one);
    const dense = mulMatSwiglu(expert(gate, 1), expert(up, 1), x, 3, 4);
    expect(sums).toEqual(mulMat(expert(down, 1), dense, 4, 3, { residual: x }));
  });

  it('multiplies products by the weight of the expert, then adds its bias, if the input is weighed', () => {
    const one = { nEmbd: 1, nFf: 1, nUsed: 1 };
    const options = { weights: floats(0.5), biases: floats(10, 20) };
    expect([...mulMatIdStore(floats(3, 4), floats(2), [1], one, options)]).toEqual([24]);
    const gatesAndUps = { weights: floats(0.5), biases: floats(0, 0, 0, 1), activation: 'gelu' } as const;
    const [h] = mulMatIdSwiglu(floats(3, 4), floats(3, 5), floats(2), [1], one, gatesAndUps);
    // The gate is 4, the up 6.
    expect(h).toBeCloseTo(6 * 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (4 + 0.044715 * 64))), 5);
  });

  it('clamps gate and up, and adds 1 to up, as gpt-oss does', () => {
    const one = { nEmbd: 1, nFf: 1, nUsed: 1 };
    const oai = (gate: number, up: number) =>
      mulMatIdSwiglu(floats(gate), floats(up), floats(1), [0], one, { activation: 'oai' })[0];
    expect(oai(9, 8)).toBe(oai(7, 7));
    expect(oai(2, -9)).toBe(oai(2, -7));
    expect(oai(-2, 3)).toBeCloseTo((-2 / (1 + Math.exp(3.404))) * 4, 6);
  });

  it('adds the biases of experts with their weights, and scales only the sum', () => {
    const one = { nEmbd: 1, nFf: 1, nUsed: 2 };
    const options = { scale: 10, biases: floats(1, 2) };
    const sums = mulMatIdSum(floats(3, 4), floats(1, 1), [0, 1], floats(0.5, 0.25), floats(7), one, options);
    expect([...sums]).toEqual([7 + 10 * (0.5 * 4 + 0.25 * 6)]);
  });
});
