/**
 * Description of a model: a plain value that the planner, the CPU twin and the tests interpret. It has no WebGPU in it and no
 * GGUF keys; weights are named by their tensors, as `blk.0.attn_q`, without `.weight` or `.bias`. Whatever is null, 1 or
 * false costs nothing.
 */
export interface ModelSpec {
  /** Value of `general.architecture`. */
  readonly architecture: string;
  readonly name: string;
  /** Rows of `token_embd`. */
  readonly nVocab: number;
  readonly nEmbd: number;
  /** Positions that the model was trained for. */
  readonly nCtxTrain: number;
  readonly embedding: Embedding;
  readonly layers: readonly Layer[];
  readonly head: LanguageHead;
}

export interface Embedding {
  /** Factor of the rows of `token_embd`. */
  readonly scale: number;
  /** Rows of `position_embd`, of which the one of a token's position is added; null where there is no such table. */
  readonly nPositions: number | null;
}

/** Norm of a row: `rms` divides by the root of the mean square, `layer` subtracts the mean first. Then weight and bias. */
export interface Norm {
  /** Name of the tensor, as `blk.0.attn_norm`. */
  readonly tensor: string;
  readonly kind: 'rms' | 'layer';
  readonly bias: boolean;
  readonly eps: number;
}

/**
 * One layer. In order: attention of `attnNorm`(x), `postAttnNorm` of that, added to x; then the same with the feed-forward.
 * A `parallel` layer computes both branches from the x it began with. A norm that is null leaves the row as it is; in a
 * parallel layer, an `ffnNorm` of null means that the feed-forward reads what the attention reads.
 */
export interface Layer {
  /** `blk.N.`, with which the names of this layer's tensors begin. */
  readonly prefix: string;
  readonly attnNorm: Norm | null;
  readonly attention: Attention | LatentAttention;
  readonly postAttnNorm: Norm | null;
  readonly ffnNorm: Norm | null;
  readonly ffn: DenseFfn | ExpertFfn;
  readonly postFfnNorm: Norm | null;
  readonly parallel: boolean;
  /** Factor of both branches before they are added. */
  readonly residualScale: number;
}

/** Causal attention with grouped query heads: `attn_q`, `attn_k`, `attn_v` (or `attn_qkv`), `attn_output`. */
export interface Attention {
  readonly kind: 'attention';
  readonly nHead: number;
  readonly nKvHead: number;
  /** Values of a query and of a key. */
  readonly headDim: number;
  /** Values of a value. */
  readonly valueDim: number;
  /** `attn_qkv` holds the rows of q, then of k, then of v. */
  readonly fusedQkv: boolean;
  /** Biases of q, k and v, under the names of their matrices; `attn_qkv.bias` where those are fused. */
  readonly qkvBias: boolean;
  readonly qkNorm: QkNorm | null;
  readonly rope: Rope | null;
  readonly temperature: Temperature | null;
  /** Positions that a token sees, itself included; null: all before it. */
  readonly window: number | null;
  /** Llama 4: positions of a chunk; a token sees those of its own chunk, up to itself. Without it, there are no chunks. */
  readonly chunk?: number;
  /** Factor of q·k. */
  readonly scale: number;
  /** Scores s become cap · tanh(s / cap). */
  readonly softcap: number | null;
  /** `attn_sinks` has a logit per head that takes part in the softmax and has no value. */
  readonly sinks: boolean;
  readonly outputBias: boolean;
}

/** Norm of queries and keys, by `attn_q_norm` and `attn_k_norm`. */
export interface QkNorm {
  readonly kind: 'rms' | 'layer';
  /**
   * `head`: each head by the same weights [headDim]; `heads`: each head by its own [headDim, heads]; `row`: all heads together
   * [heads · headDim]; `unit`: each head without weights and tensors.
   */
  readonly weights: 'head' | 'heads' | 'row' | 'unit';
  readonly eps: number;
  /** Whether rope comes first. */
  readonly afterRope: boolean;
}

/** Queries times 1 + scale · ln(1 + ⌊(position + offset) / length⌋). */
export interface Temperature {
  readonly scale: number;
  readonly length: number;
  readonly offset: number;
}

/** Rotary position embedding of the first `nRot` values of a head (of the last ones in latent attention). */
export interface Rope {
  /** Values that turn together: (2i, 2i + 1), which llama.cpp calls NORM, or (i, i + nRot / 2), NEOX. */
  readonly pairs: 'neighbours' | 'halves';
  readonly nRot: number;
  readonly base: number;
  /** Factor of the angles: 1 / scaling factor of linear and YaRN scaling. */
  readonly frequencyScale: number;
  /** YaRN blends scaled and unscaled angles; null: all are scaled. */
  readonly yarn: { readonly nCtxOrig: number; readonly betaFast: number; readonly betaSlow: number } | null;
  /** Factor of cos and sin. */
  readonly magnitude: number;
  readonly factors: RopeFactors | null;
}

/** Tensors of nRot / 2 divisors of the angles. */
export type RopeFactors =
  | { readonly kind: 'always'; readonly tensor: string }
  /** The long ones where a slot may have more than `nCtxOrig` positions. */
  | {
      readonly kind: 'byContext';
      readonly short: string;
      readonly long: string;
      readonly nCtxOrig: number;
    };

/**
 * Multi-head latent attention (DeepSeek V2), absorbed: a position leaves one row in the cache, its latent of `nLatent` values
 * normalised by `attn_kv_a_norm`, then the rotated key of `nRope` values that all heads share. Queries are moved into the
 * latent space by `attn_k_b` {nNope, nLatent, nHead}; outputs out of it by `attn_v_b` {nLatent, valueDim, nHead}.
 */
export interface LatentAttention {
  readonly kind: 'latent';
  readonly nHead: number;
  /** Values of a query that are not rotated, which come first, and those that are. */
  readonly nNope: number;
  readonly nRope: number;
  readonly nLatent: number;
  readonly valueDim: number;
  /** Rank of `attn_q_a` and `attn_q_b`, with `attn_q_a_norm` between; null: `attn_q` alone. */
  readonly qRank: number | null;
  readonly eps: number;
  readonly rope: Rope;
  readonly scale: number;
}

/** `relu2`: relu(x)²; `oai`: gpt-oss' clamped swiglu, gated only. GELU is the tanh form. */
export type Activation = 'silu' | 'gelu' | 'relu2' | 'oai';

/**
 * Constants of one layer's xIELU activation, as its metadata have them. With p = softplus(alphaP) and n = beta + softplus(alphaN),
 * it is p · x² + beta · x above 0, else (e^min(x, eps) − 1 − x) · n + beta · x. Source: `ggml_xielu`.
 */
export interface Xielu {
  readonly alphaN: number;
  readonly alphaP: number;
  readonly beta: number;
  readonly eps: number;
}

/** `ffn_down` · (activation(`ffn_gate` · x) ∘ `ffn_up` · x), or without a gate `ffn_down` · activation(`ffn_up` · x). */
export interface DenseFfn {
  readonly kind: 'dense';
  readonly nFf: number;
  /** `separate`: `ffn_gate`; `fused`: `ffn_up` holds the rows of gate, then of up; `none`: no gate. */
  readonly gate: 'separate' | 'fused' | 'none';
  readonly activation: Activation | Xielu;
  /** Biases of gate and up, and of down. */
  readonly upBias: boolean;
  readonly downBias: boolean;
}

/** Mixture of experts: `ffn_gate_inp` chooses for each row `nUsed` of `ffn_gate_exps`, `ffn_up_exps`, `ffn_down_exps`. */
export interface ExpertFfn {
  readonly kind: 'experts';
  readonly nExperts: number;
  readonly nUsed: number;
  readonly nFf: number;
  readonly activation: Activation;
  /** `ffn_gate_up_exps` holds of every expert the rows of gate, then of up. */
  readonly fusedGateUp: boolean;
  /** Weight of an expert: its probability among all, its own sigmoid, or its probability among the chosen. */
  readonly gating: 'softmax' | 'sigmoid' | 'softmaxOfChosen';
  /** Whether the weights of the chosen are divided by their sum. */
  readonly normalise: boolean;
  /** Factor of the weights. */
  readonly weightScale: number;
  /** `exp_probs_b` is added to choose, not to weigh. */
  readonly selectionBias: boolean;
  /** Experts are chosen from the `used` groups whose two best experts have the largest sums; null: from all. */
  readonly groups: { readonly count: number; readonly used: number } | null;
  readonly routerBias: boolean;
  /** Biases of gate, up and down. */
  readonly bias: boolean;
  /** Llama 4: an expert's weight multiplies its input instead of its output. */
  readonly weighsInput: boolean;
  readonly shared: SharedExpert | null;
}

/** A dense silu feed-forward beside the experts: `ffn_gate_shexp`, `ffn_up_shexp`, `ffn_down_shexp`. */
export interface SharedExpert {
  readonly nFf: number;
  /** Whether its output is multiplied by sigmoid(`ffn_gate_inp_shexp` · x). */
  readonly gated: boolean;
}

/** Logits of a row of the residual stream. */
export interface LanguageHead {
  readonly norm: Norm;
  /** Whether `token_embd` is the output matrix; else `output` is. */
  readonly tied: boolean;
  /** `output.bias` */
  readonly bias: boolean;
  /** Factor of the logits, before the softcap. */
  readonly scale: number;
  /** Logits become cap · tanh(logit / cap). */
  readonly softcap: number | null;
}
