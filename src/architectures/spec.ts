/**
 * Description of a model: a plain value that the planner, the CPU twin and the tests interpret. It contains neither WebGPU
 * objects nor GGUF keys. Weights are named by their tensors, e.g. `blk.0.attn_q`, without `.weight` or `.bias`. A feature that is
 * null, 1 or false costs nothing.
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
  /** Number and ends of the residual streams; absent in models with one. */
  readonly altUp?: AltUp;
  readonly layers: readonly Layer[];
  readonly head: LanguageHead;
}

/**
 * Alternating updates (Baykal et al. 2023; Gemma 3n): a position has `nStreams` rows x_j instead of one. At first, x_0 is the
 * embedding, and the others are `altup_proj`[j - 1] · x_0, stretched to the length of x_0. Each layer computes on one of them, see
 * `AltUpLayer`. After the last, x_j ← `altup_unembd_proj`[j - 1] · x_j for j > 0, stretched to the length of x_0; their mean goes
 * to the head.
 */
export interface AltUp {
  readonly nStreams: number;
}

export interface Embedding {
  /** Matrix whose rows the tokens have: `token_embd`, except in some MTP heads. */
  readonly tensor: string;
  /** Factor of its rows. */
  readonly scale: number;
  /** Rows of the table `position_embd`; the row of a token's position is added. Null without such a table. */
  readonly nPositions: number | null;
  /** Embedding of a token for each layer; absent in most models. */
  readonly perLayer?: PerLayerEmbedding;
  /** Joint of the row with a state of the position before; only in MTP heads and EAGLE-3 drafts. */
  readonly joint?: Joint;
}

/** Input of a model that drafts from states of another one, its target. */
export type Joint = ProjectedJoint | PairedJoint;

/**
 * Input of an MTP head at a position (DeepSeek V3): x = `eh_proj` · [tokenNorm(e), stateNorm(h)], where e is the token's embedding and
 * h the target's hidden state after its last norm, at the position before. While the head drafts, h is its own.
 */
export interface ProjectedJoint {
  readonly kind: 'projected';
  /** Name of the matrix {2 nEmbd, nEmbd}, e.g. `blk.24.nextn.eh_proj`. */
  readonly tensor: string;
  readonly tokenNorm: Norm;
  readonly stateNorm: Norm;
}

/**
 * Input of an EAGLE-3 draft at a position (Li et al. 2025): the mixer of its only layer reads [tokenNorm(e), stateNorm(g)], where e is
 * the token's embedding and g the state of the position before: `fc` · the target's features, or, while it drafts, its own residual
 * stream before its last norm. Its residual stream begins with g, or with stateNorm(g).
 */
export interface PairedJoint {
  readonly kind: 'paired';
  readonly tokenNorm: Norm;
  readonly stateNorm: Norm;
  readonly residual: 'state' | 'normed';
  readonly features: Features;
}

/** Residual streams of a target, one behind the other, and the matrix that makes a state of them. */
export interface Features {
  /** Name of the matrix {layers · width, nEmbd}. */
  readonly tensor: string;
  /** Layers of the target whose inputs they are. */
  readonly layers: readonly number[];
  /** Width of the target. */
  readonly width: number;
  /** RMS norm of all of them together, before the matrix; null without one. */
  readonly norm: Norm | null;
}

/**
 * Embedding e of `width` values that a token has for each layer (Gemma 3n and 4), beside its row x of `token_embd` with its factor.
 * With P = `width`, and the P values of a layer taken from rows that hold those of all layers, one after the other:
 * e = (norm(`per_layer_model_proj` · x / √nEmbd) + √P · row of `per_layer_token_embd`) / √2.
 */
export interface PerLayerEmbedding {
  readonly width: number;
  /** `per_layer_proj_norm` {P}, the same for all layers. */
  readonly norm: Norm;
}

/** Norm of a row, with weight and bias. `rms` divides by the root of the mean square, `layer` subtracts the mean first. */
export interface Norm {
  /** Name of the tensor, e.g. `blk.0.attn_norm`; see `normWeight`. */
  readonly tensor: string;
  /** Whether the file has its weight under this name without `.weight`. */
  readonly bare?: true;
  readonly kind: 'rms' | 'layer';
  readonly bias: boolean;
  readonly eps: number;
}

/**
 * Layer. In order: the mixer of `attnNorm`(x), `postAttnNorm` of that, added to x; then the same with the feed-forward, if there
 * is one. A `parallel` layer computes both branches from its input x. A null norm leaves the row unchanged; in a parallel layer, a
 * null `ffnNorm` means that the feed-forward reads the same input as the mixer.
 */
export interface Layer {
  /** Prefix of the names of this layer's tensors, `blk.N.`. */
  readonly prefix: string;
  readonly attnNorm: Norm | null;
  readonly mixer: Mixer;
  /** Another mixer of the same rows (Falcon-H1), whose output is added, too. */
  readonly beside?: Recurrent;
  readonly postAttnNorm: Norm | null;
  readonly ffnNorm: Norm | null;
  readonly ffn: DenseFfn | ExpertFfn | null;
  /** Experts beside a dense `ffn` (Gemma 4); absent in most layers. */
  readonly expertsBeside?: ExpertsBeside;
  readonly postFfnNorm: Norm | null;
  readonly parallel: boolean;
  /** Factor of both branches before they are added. */
  readonly residualScale: number;
  /**
   * Norm of a branch behind the feed-forward, in models with per-layer embeddings e: norm(`proj` · (gelu(`inp_gate` · x) ∘ e)) is
   * added to x.
   */
  readonly perLayerNorm?: Norm;
  /** Use of the residual streams; absent in models with one. */
  readonly altUp?: AltUpLayer;
  /** Residual of low rank beside the mixer; absent without it. */
  readonly laurel?: Laurel;
  /** Whether `layer_output_scale` {1} multiplies the layer's output. */
  readonly outputScale?: true;
}

/**
 * Streams of a layer with AltUp. m(x) = tanh(`altup_router` · norm(x) / nEmbd) has a value for each of the n streams. The layer's
 * input is p_0 of the predictions p_j = x_j + Σ_i (`altup_predict_coef` · m(x_0))[i + n · j] · x_i. With the layer's output y, the
 * corrections are x_j ← p_j + ((`altup_correct_coef` · m(y))[j] + 1) · (y − p_0). The per-layer branch of x_0 ∘
 * `altup_correct_scale` is then added to all streams but x_0.
 */
export interface AltUpLayer {
  /** Norm of the router, `altup_router_norm`. */
  readonly norm: Norm;
}

/**
 * Learned augmented residual of low rank (Gemma 3n). With a the mixer's input and h = x + the mixer's branch, h becomes
 * (h + a + norm(`laurel_r` · (`laurel_l` · a))) / √2.
 */
export interface Laurel {
  readonly rank: number;
  /** `laurel_post_norm`. */
  readonly norm: Norm;
}

/** Part of a layer that mixes positions. Attention looks back at them; the others carry a state of constant size along. */
export type Mixer = Attention | LatentAttention | Recurrent;

/** Mixer whose state after a position depends on all earlier ones. */
export type Recurrent = ShortConv | DeltaNet | Mamba | Mamba2;

/** Causal attention with grouped query heads: `attn_q`, `attn_k`, `attn_v` (or `attn_qkv`), `attn_output`. */
export interface Attention {
  readonly kind: 'attention';
  readonly nHead: number;
  readonly nKvHead: number;
  /** Width of a query and of a key. */
  readonly headDim: number;
  /** Width of a value. */
  readonly valueDim: number;
  /**
   * Index of an earlier layer whose keys and values it reads instead of its own; it has the same heads, window and rope. Such a
   * layer needs no `attn_k`, `attn_v` and `attn_k_norm`, and ignores those in the file. Absent in layers with their own.
   */
  readonly cacheOf?: number;
  /** Whether values are the keys before their norm and rope, so that there is no `attn_v`. */
  readonly valuesOfKeys?: true;
  /** Epsilon of an RMS norm of each head's value, without weights; absent without one. */
  readonly valueEps?: number;
  /** Whether `attn_qkv` holds the rows of q, then of k, then of v. */
  readonly fusedQkv: boolean;
  /** Whether q, k and v have biases, under the names of their matrices; `attn_qkv.bias` if those are fused. */
  readonly qkvBias: boolean;
  readonly qkNorm: QkNorm | null;
  readonly rope: Rope | null;
  readonly temperature: Temperature | null;
  /** Number of positions that a token sees, including its own; null for all up to its own. */
  readonly window: number | null;
  /** Length of a chunk in Llama 4: a token sees the positions of its own chunk, up to its own. Absent without chunks. */
  readonly chunk?: number;
  /** Factor of q·k. */
  readonly scale: number;
  /** Caps scores s to cap · tanh(s / cap). */
  readonly softcap: number | null;
  /** Whether `attn_q` holds for each head its query, then a gate, whose sigmoid multiplies the head's output. */
  readonly gated: boolean;
  /** Whether `attn_sinks` has a logit per head that takes part in the softmax without a value. */
  readonly sinks: boolean;
  readonly outputBias: boolean;
}

/** Norm of queries and keys, by `attn_q_norm` and `attn_k_norm`. */
export interface QkNorm {
  readonly kind: 'rms' | 'layer';
  /**
   * `head`: all heads by the same weights [headDim]; `heads`: each head by its own [headDim, heads]; `row`: all heads together
   * [heads · headDim]; `unit`: each head without weights and tensors.
   */
  readonly weights: 'head' | 'heads' | 'row' | 'unit';
  readonly eps: number;
  /** Whether rope comes first. */
  readonly afterRope: boolean;
}

/** Multiplies queries by 1 + scale · ln(1 + ⌊(position + offset) / length⌋). */
export interface Temperature {
  readonly scale: number;
  readonly length: number;
  readonly offset: number;
}

/** Rotary position embedding of the first `nRot` values of a head (of the last ones in latent attention). */
export interface Rope {
  /** Values that are rotated together: (2i, 2i + 1), which llama.cpp calls NORM, or (i, i + nRot / 2), NEOX. */
  readonly pairs: 'neighbours' | 'halves';
  readonly nRot: number;
  readonly base: number;
  /** Factor of the angles: 1 / scaling factor of linear and YaRN scaling. */
  readonly frequencyScale: number;
  /** YaRN blends scaled and unscaled angles; null scales all of them. */
  readonly yarn: { readonly nCtxOrig: number; readonly betaFast: number; readonly betaSlow: number } | null;
  /** Factor of cos and sin. */
  readonly magnitude: number;
  readonly factors: RopeFactors | null;
}

/** Tensors of nRot / 2 divisors of the angles. */
export type RopeFactors =
  | { readonly kind: 'always'; readonly tensor: string }
  /** The long ones apply if a slot may have more than `nCtxOrig` positions. */
  | {
      readonly kind: 'byContext';
      readonly short: string;
      readonly long: string;
      readonly nCtxOrig: number;
    };

/**
 * Multi-head latent attention (DeepSeek V2), absorbed. A position stores one row in the cache: its latent of `nLatent` values,
 * normalised by `attn_kv_a_norm`, then the rotated key of `nRope` values that all heads share. `attn_k_b` {nNope, nLatent, nHead}
 * maps queries into the latent space; `attn_v_b` {nLatent, valueDim, nHead} maps outputs out of it.
 */
export interface LatentAttention {
  readonly kind: 'latent';
  readonly nHead: number;
  /** Widths of the parts of a query: not rotated (first), and rotated. */
  readonly nNope: number;
  readonly nRope: number;
  readonly nLatent: number;
  readonly valueDim: number;
  /** Rank of `attn_q_a` and `attn_q_b`, with `attn_q_a_norm` between; null for a single `attn_q`. */
  readonly qRank: number | null;
  readonly eps: number;
  readonly rope: Rope;
  readonly scale: number;
}

/**
 * Short convolution (LFM2). `shortconv.in_proj` gives b, c and x; the causal convolution of b ∘ x over `nTaps` positions, by
 * `shortconv.conv` {nTaps, nEmbd}, is multiplied by c, then by `shortconv.out_proj`.
 */
export interface ShortConv {
  readonly kind: 'shortConv';
  readonly nTaps: number;
}

/**
 * Gated delta net (Yang et al. 2025). `attn_qkv` gives q, k {keyDim each, nKeyHead} and v {valueDim, nValueHead}, which pass a
 * causal convolution by `ssm_conv1d` and silu; q and k are divided by their length, q by √keyDim too. Each value head keeps a state
 * S {keyDim, valueDim}: S ← e^g · S, then S ← S + k ⊗ β(v − Sᵀk), with output Sᵀq, where g = softplus(a + `ssm_dt.bias`) · `ssm_a`
 * and β = sigmoid(b). The output's RMS norm per head by `ssm_norm`, times silu(`attn_gate` · x), is multiplied by `ssm_out`.
 */
export interface DeltaNet {
  readonly kind: 'deltaNet';
  readonly nKeyHead: number;
  readonly nValueHead: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly nTaps: number;
  /** Key head of value head h: h mod nKeyHead, or ⌊h / (nValueHead / nKeyHead)⌋. */
  readonly keyOf: 'modulo' | 'group';
  /** `apart`: `ssm_beta` gives b and `ssm_alpha` a; `paired`: `ssm_ba` gives for each key head b, then a, of its value heads. */
  readonly rates: 'apart' | 'paired';
  readonly eps: number;
}

/**
 * Mamba (Gu and Dao 2023). `ssm_in` gives x, then z {nInner each}; x passes a causal convolution by `ssm_conv1d`, with bias, and silu.
 * `ssm_x` makes of it a step of rank `nRank`, which `ssm_dt` widens to dt {nInner}, then B and C {nState each}. Each channel keeps a
 * state s {nState}: s ← e^(dt · `ssm_a`) · s + dt · x · B, with output s · C + `ssm_d` · x, where dt passes softplus(dt + `ssm_dt.bias`).
 * The output times silu(z) is multiplied by `ssm_out`.
 */
export interface Mamba {
  readonly kind: 'mamba';
  readonly nInner: number;
  readonly nState: number;
  readonly nRank: number;
  readonly nTaps: number;
}

/**
 * Mamba-2 (Dao and Gu 2024). `ssm_in` gives z, x {nHead · headDim each}, B, C {nState · nGroup each} and dt {nHead}; x, B and C
 * pass a causal convolution by `ssm_conv1d`, with bias, and silu. Each head keeps a state S {nState, headDim}: S ← e^(dt · `ssm_a`) ·
 * S + dt · B ⊗ x, with output SᵀC + `ssm_d` · x, where dt passes softplus(dt + `ssm_dt.bias`). The output times silu(z), with an RMS
 * norm of each group by `ssm_norm`, is multiplied by `ssm_out`.
 */
export interface Mamba2 {
  readonly kind: 'mamba2';
  readonly nHead: number;
  readonly headDim: number;
  readonly nGroup: number;
  readonly nState: number;
  readonly nTaps: number;
  /** Epsilon of the norm; null without one. */
  readonly eps: number | null;
}

/** `relu2`: relu(x)²; `oai`: gpt-oss' clamped swiglu, gated only. GELU is the tanh form. */
export type Activation = 'silu' | 'gelu' | 'relu2' | 'oai';

/**
 * Constants of one layer's xIELU activation, as in its metadata. With p = softplus(alphaP) and n = beta + softplus(alphaN), the
 * activation is p · x² + beta · x above 0, else (e^min(x, eps) − 1 − x) · n + beta · x. Source: `ggml_xielu`.
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
  /**
   * Deviations d by which a value g of the gate must exceed the mean of its row: g ← max(0, g − mean − d · s), with s² =
   * Σ (g − mean)² / (nFf − 1), before the activation. Absent where all values count.
   */
  readonly sparsity?: number;
  /** Biases of gate and up, and of down. */
  readonly upBias: boolean;
  readonly downBias: boolean;
}

/** Mixture of experts: for each row `ffn_gate_inp` chooses `nUsed` experts of `ffn_gate_exps`, `ffn_up_exps`, `ffn_down_exps`. */
export interface ExpertFfn {
  readonly kind: 'experts';
  readonly nExperts: number;
  readonly nUsed: number;
  readonly nFf: number;
  readonly activation: Activation;
  /** Whether `ffn_gate_up_exps` holds for every expert the rows of gate, then of up. */
  readonly fusedGateUp: boolean;
  /** Weight of an expert: its probability among all, its own sigmoid, or its probability among the chosen. */
  readonly gating: 'softmax' | 'sigmoid' | 'softmaxOfChosen';
  /** Whether to divide the weights of the chosen experts by their sum. */
  readonly normalise: boolean;
  /** Factor of the weights. */
  readonly weightScale: number;
  /** Whether `exp_probs_b` affects the choice, but not the weights. */
  readonly selectionBias: boolean;
  /** Restricts the choice to the `used` groups whose two best experts have the largest sums; null for all experts. */
  readonly groups: { readonly count: number; readonly used: number } | null;
  readonly routerBias: boolean;
  /** Biases of gate, up and down. */
  readonly bias: boolean;
  /** Whether `ffn_down_exps.scale` {nExperts} multiplies the experts' outputs, before their weights. */
  readonly downScale?: true;
  /** Whether an expert's weight multiplies its input instead of its output (Llama 4). */
  readonly weighsInput: boolean;
  readonly shared: SharedExpert | null;
}

/**
 * Experts beside the dense feed-forward of a layer (Gemma 4). With h, from which `ffnNorm` makes the input of the dense one, both
 * give `denseNorm`(dense(`ffnNorm`(h))) + `outputNorm`(experts(`inputNorm`(h))), which `postFfnNorm` normalises.
 */
export interface ExpertsBeside {
  readonly ffn: ExpertFfn;
  readonly denseNorm: Norm;
  readonly inputNorm: Norm;
  readonly outputNorm: Norm;
  /** The router reads rms(h) ∘ `ffn_gate_inp.scale` / √nEmbd instead of the experts' input; this is the epsilon of its norm. */
  readonly routerEps: number;
}

/** Dense silu feed-forward in addition to the experts: `ffn_gate_shexp`, `ffn_up_shexp`, `ffn_down_shexp`. */
export interface SharedExpert {
  readonly nFf: number;
  /** Whether its output is multiplied by sigmoid(`ffn_gate_inp_shexp` · x). */
  readonly gated: boolean;
}

/** Logits of a row of the residual stream. */
export interface LanguageHead {
  readonly norm: Norm;
  /** Name of the output matrix {nEmbd, nVocab}: `output`, or that of the embedding if they are tied. */
  readonly tensor: string;
  /** Whether there is an `output.bias`. */
  readonly bias: boolean;
  /** Factor of the logits, before the softcap. */
  readonly scale: number;
  /** Caps logits to cap · tanh(logit / cap). */
  readonly softcap: number | null;
  /** Tokens whose logits are −∞, after the softcap; absent without any. */
  readonly suppressed?: readonly number[];
  /** Tokens that the rows of the output matrix stand for; all others have a logit of −∞. Absent where each token has its row. */
  readonly subset?: Subset;
}

/** Tokens of an output matrix with fewer rows than the vocabulary has tokens. */
export interface Subset {
  /** Name of the tensor {size} with the ids, in the order of the rows: `d2t`. */
  readonly tensor: string;
  readonly size: number;
}
