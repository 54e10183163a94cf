import type { CandidateList } from './candidateList.ts';
import { f32, log2f, logf, powf } from './float32.ts';
import { Mt19937 } from './mt19937.ts';
import type { SamplerParams } from './params.ts';
import { softmax } from './softmax.ts';
import type { Selector } from './stage.ts';

type MirostatParams = Pick<SamplerParams, 'seed' | 'mirostatTau' | 'mirostatEta'>;

/** Number of candidates from which version 1 estimates the exponent of the distribution. */
const N_ESTIMATE = 100;

/** Mirostat 1 (arXiv:2007.14966): cuts to the k candidates that should give a surprise of `tau`, and draws. */
export function createMirostat(params: MirostatParams, nVocab: number): Selector {
  return createSurpriseControl(params, (list, mu) => {
    list.keepTop(Math.max(topKFor(zipfExponent(list), mu, nVocab), 1));
  });
}

/** Mirostat 2 (arXiv:2007.14966): cuts the candidates whose surprise exceeds `mu`, and draws. */
export function createMirostatV2(params: MirostatParams): Selector {
  return createSurpriseControl(params, (list, mu) => {
    let kept = 0;
    while (kept < list.size && -log2f(list.p[kept]) <= mu) kept++;
    list.keepTop(Math.max(kept, 1));
  });
}

/** Common loop of both versions: sort, cut, draw, then move `mu` by the error of the observed surprise against `tau`. */
function createSurpriseControl(
  params: MirostatParams,
  cut: (list: CandidateList, mu: number) => void,
): Selector {
  const rng = new Mt19937(params.seed);
  const tau = f32(params.mirostatTau);
  const eta = f32(params.mirostatEta);
  let mu = f32(2 * tau);
  return {
    select(list) {
      list.sort();
      softmax(list);
      cut(list, mu);
      softmax(list);
      const chosen = drawDiscrete(list, rng);
      const error = f32(-log2f(list.p[chosen]) - tau);
      mu = f32(mu - f32(eta * error));
      return chosen;
    },
  };
}

function zipfExponent(list: CandidateList): number {
  const { p, size } = list;
  let tb = 0;
  let tt = 0;
  for (let i = 0; i < N_ESTIMATE - 1 && i < size - 1; i++) {
    const t = logf(f32(f32(i + 2) / f32(i + 1)));
    const b = logf(f32(p[i] / p[i + 1]));
    tb = f32(tb + f32(t * b));
    tt = f32(tt + f32(t * t));
  }
  return f32(tb / tt);
}

function topKFor(exponent: number, mu: number, nVocab: number): number {
  const epsilon = f32(exponent - 1);
  const numerator = f32(epsilon * powf(2, mu));
  const k = powf(f32(numerator / f32(1 - powf(nVocab, -epsilon))), f32(1 / exponent));
  // C++ on x86 converts a float out of int's range to the smallest int, so the minimum of 1 applies.
  return k < 2 ** 31 ? Math.trunc(k) : 1;
}

/** libstdc++'s `std::discrete_distribution`: draws no random number for a single candidate. */
function drawDiscrete(list: CandidateList, rng: Mt19937): number {
  const { p, size } = list;
  if (size < 2) return 0;
  let sum = 0;
  for (let i = 0; i < size; i++) sum += p[i];
  const u = rng.nextDouble();
  let cumulative = 0;
  for (let i = 0; i < size - 1; i++) {
    cumulative += p[i] / sum;
    if (cumulative >= u) return i;
  }
  return size - 1;
}
