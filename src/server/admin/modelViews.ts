import type { DraftCounts, DraftKind } from '../../protocol/completion.ts';
import type { ResolvedOptions } from '../../protocol/options.ts';
import type { AutotuneReport, ModelReport, SelfTestReport } from '../../protocol/serverReport.ts';
import type { VocabType } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { ChatTemplate } from '../chat/template.ts';
import type { ResponseContext } from '../completion/response.ts';
import type { JsonObject } from '../http/json.ts';
import type { CompletionParams } from '../params/completionFields.ts';
import { reducedGenerationSettings } from '../params/generationSettings.ts';

/** llama.cpp's `enum llama_vocab_type`. */
const VOCAB_TYPES: Readonly<Record<VocabType, number>> = { spm: 1, bpe: 2, wpm: 3, ugm: 4 };

/** `build_info`, and `system_fingerprint` in OpenAI's responses. Clients expect llama-server's form: a `b` and a number. */
export const BUILD_INFO = 'b1-foretoken';

/** Server state shown by `/props` and `/v1/models`. */
export interface ModelViewDeps {
  readonly context: ResponseContext;
  readonly model: ModelReport;
  readonly selfTest: SelfTestReport | null;
  readonly autotune: AutotuneReport | null;
  readonly nCtx: number;
  readonly nSlots: number;
  /** All names of the server, sorted. */
  readonly names: readonly string[];
  /** Default parameters of a request. */
  readonly defaults: CompletionParams;
  readonly template: ChatTemplate;
  readonly settings: ResolvedOptions;
  /** Kinds of speculation in use, in the order in which they are asked, and their drafts since the creation of the server. */
  readonly speculation: { readonly kinds: readonly DraftKind[]; drafts(): readonly DraftCounts[] };
  isSleeping(): boolean;
}

/** `GET /props`. */
export function propsView({
  context,
  model,
  nCtx,
  nSlots,
  defaults,
  template,
  settings,
  speculation,
  isSleeping,
  selfTest,
  autotune,
}: ModelViewDeps): JsonObject {
  const { tokenizer } = context;
  return {
    default_generation_settings: {
      params: reducedGenerationSettings({ ...defaults, reasoningFormat: 'none' }, context),
      n_ctx: nCtx,
    },
    total_slots: nSlots,
    model_alias: context.model,
    model_ftype: model.fileType,
    model_path: model.file,
    modalities: { vision: false, video: false, audio: false },
    endpoint_slots: settings.slotsEndpoint,
    endpoint_props: settings.propsEndpoint,
    endpoint_metrics: settings.metricsEndpoint,
    ui: false,
    ui_settings: {},
    chat_template: template.source,
    chat_template_caps: template.kind === 'jinja' ? template.caps : {},
    ...(template.kind === 'jinja' && template.toolUse && { chat_template_tool_use: template.toolUse.source }),
    bos_token: specialText(tokenizer.bos),
    eos_token: specialText(tokenizer.eos),
    build_info: BUILD_INFO,
    speculative: { types: speculation.kinds, drafts: speculation.drafts() },
    is_sleeping: isSleeping(),
    cors_proxy_enabled: false,
    self_test: selfTest && selfTestView(selfTest),
    autotune,
  };

  function specialText(token: number): string {
    return token >= 0 && token < tokenizer.nVocab ? tokenizer.pieceText(token) : '';
  }
}

/** Extension to llama-server's `/props`: the kernels that this adapter runs, and their self-test. */
function selfTestView({ ms, kernels, replaced }: SelfTestReport): JsonObject {
  return {
    ms,
    kernels: kernels.map(({ kernel, variant, nPipelines, nmse }) => ({
      kernel,
      variant,
      n_pipelines: nPipelines,
      nmse,
      rows: 'equal',
    })),
    replaced,
  };
}

/** `GET /v1/models`: the only model, in Ollama's and OpenAI's form. `createdAt` in milliseconds. */
export function modelsView(deps: ModelViewDeps, createdAt: number): JsonObject {
  const name = deps.context.model;
  return {
    models: [
      {
        name,
        model: name,
        modified_at: '',
        size: '',
        digest: '',
        type: 'model',
        description: '',
        tags: [''],
        capabilities: ['completion'],
        parameters: '',
        details: {
          parent_model: '',
          format: 'gguf',
          family: '',
          families: [''],
          parameter_size: '',
          quantization_level: '',
        },
      },
    ],
    object: 'list',
    data: [modelEntry(deps, createdAt)],
  };
}

/**
 * `GET /v1/models/ID`: the entry of the list, for any of the server's names. `path` is the part behind `/models/`; slashes and
 * colons in it may be percent-encoded. Throws `not_found` for any other name.
 */
export function modelView(deps: ModelViewDeps, path: string, createdAt: number): JsonObject {
  const id = decoded(path);
  if ([path, id].some(name => deps.names.includes(name))) return modelEntry(deps, createdAt);
  throw new ForetokenError(
    'not_found',
    `The model '${id}' does not exist; this server has ${deps.names.map(name => `'${name}'`).join(', ')}`,
  );
}

/** Decodes percent-encoding; returns the path unchanged if the bytes are not UTF-8. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function modelEntry({ context, model, nCtx, names, settings }: ModelViewDeps, createdAt: number): JsonObject {
  return {
    id: context.model,
    aliases: names,
    tags: [...new Set(settings.tags)].sort(),
    object: 'model',
    created: Math.floor(createdAt / 1000),
    owned_by: 'llamacpp',
    meta: {
      vocab_type: VOCAB_TYPES[context.tokenizer.vocabType],
      n_vocab: model.nVocab,
      n_ctx: nCtx,
      n_ctx_train: model.nCtxTrain,
      n_embd: model.nEmbd,
      n_params: model.nParams,
      size: model.sizeBytes,
      ftype: model.fileType,
    },
  };
}
