import type { ForwardPass } from '../../forward/forwardPass.ts';
import { isSlotFileName } from '../../protocol/slotFileName.ts';
import { ForetokenError } from '../../util/errors.ts';
import { INT32_MAX, wrongType } from '../http/fields.ts';
import { invalid } from '../http/invalid.ts';
import type { JsonObject } from '../http/json.ts';
import { jsonResponse, readJsonObject } from '../http/jsonBody.ts';
import { decodeSlotFile, encodeSlotFile, type SavedSlot } from '../scheduling/cache/slotFile.ts';
import type { Scheduler } from '../scheduling/scheduler.ts';
import { holding } from '../scheduling/slots.ts';

/** Storage for saved slots. */
export interface SlotFiles {
  /** Rejects if the file does not exist. */
  read(name: string): Promise<Uint8Array>;
  /** Replaces a file of that name atomically. */
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

export interface SlotActionDeps {
  readonly scheduler: Scheduler;
  readonly target: Pick<ForwardPass, 'nCtx' | 'nVocab' | 'readCache' | 'writeCache'>;
  /** Null if slots cannot be saved. */
  readonly files: SlotFiles | null;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

/** `POST /slots/:id?action=save|restore|erase`; waits for a busy slot. Throws the error of a faulty request. */
export async function handleSlotAction(
  request: Request,
  id: string,
  action: string | undefined,
  { files, ...deps }: SlotActionDeps,
): Promise<Response> {
  if (files === null) {
    throw new ForetokenError(
      'not_supported',
      'This server does not support slots action. Start it with `--slot-save-path`',
    );
  }
  const idSlot = slotId(id);
  switch (action) {
    case 'save':
      return jsonResponse(await save(idSlot, await fileName(request), files, deps));
    case 'restore':
      return jsonResponse(await restore(idSlot, await fileName(request), files, deps));
    case 'erase':
      return jsonResponse(await erase(idSlot, deps));
    default:
      throw invalid('Invalid action');
  }
}

type ActionDeps = Omit<SlotActionDeps, 'files'>;

async function save(
  idSlot: number,
  filename: string,
  files: SlotFiles,
  { scheduler, target, now, log }: ActionDeps,
): Promise<JsonObject> {
  const { tokens, startedAt, cache } = await scheduler.whenIdle(idSlot, async ({ id }, { cached }) => ({
    tokens: cached,
    startedAt: now(),
    cache: cached.length === 0 ? new Uint8Array() : await target.readCache(id, cached.length),
  }));
  const file = encodeSlotFile({ tokens, cache });
  try {
    await files.write(filename, file);
  } catch (cause) {
    log(`slot ${idSlot}: cannot write ${filename}: ${String(cause)}`);
    throw new ForetokenError('internal', 'Unable to save slot', {}, { cause });
  }
  return {
    id_slot: idSlot,
    filename,
    n_saved: tokens.length,
    n_written: file.length,
    timings: { save_ms: now() - startedAt },
  };
}

/** Restores a slot from a file. On failure the slot is left empty. */
async function restore(
  idSlot: number,
  filename: string,
  files: SlotFiles,
  { scheduler, target, now, log }: ActionDeps,
): Promise<JsonObject> {
  const startedAt = now();
  const file = await files.read(filename).catch((error: unknown) => {
    log(`slot ${idSlot}: cannot read ${filename}: ${String(error)}`);
    return new Uint8Array();
  });
  const saved = decodeSlotFile(file);
  await scheduler.whenIdle(idSlot, (slot, state) => {
    slot.state = holding(state, []);
    slot.state = holding(state, load(slot.id, saved, target));
  });
  return {
    id_slot: idSlot,
    filename,
    n_restored: saved?.tokens.length ?? 0,
    n_read: file.length,
    timings: { restore_ms: now() - startedAt },
  };
}

/** Loads `saved` into a slot and returns the tokens that the slot holds now. */
function load(slot: number, saved: SavedSlot | null, target: ActionDeps['target']): SavedSlot['tokens'] {
  if (saved === null) throw notRestored('No available space in KV cache or invalid slot save file');
  const { tokens, cache } = saved;
  if (tokens.length > target.nCtx) throw notRestored('Restored prompt does not fit in the slot context');
  if (tokens.some(token => token < 0 || token >= target.nVocab)) {
    throw notRestored('Invalid tokens in slot save file');
  }
  try {
    if (tokens.length > 0) target.writeCache(slot, tokens.length, cache);
  } catch (cause) {
    throw notRestored('No available space in KV cache or invalid slot save file', cause);
  }
  return tokens;
}

async function erase(idSlot: number, { scheduler }: ActionDeps): Promise<JsonObject> {
  const nErased = await scheduler.whenIdle(idSlot, (slot, state) => {
    slot.state = holding(state, []);
    return state.cells.length;
  });
  return { id_slot: idSlot, n_erased: nErased };
}

/** Parses the number at the start of a text and ignores the rest, as C does. */
function slotId(text: string): number {
  const [digits = ''] = /^\s*\+?\d+/.exec(text) ?? [];
  const id = Number(digits);
  if (digits === '' || id > INT32_MAX) throw invalid('Invalid slot ID');
  return id;
}

async function fileName(request: Request): Promise<string> {
  const { filename } = await readJsonObject(request);
  if (filename === undefined) throw invalid("[json.exception.out_of_range.403] key 'filename' not found");
  if (typeof filename !== 'string') throw wrongType('filename', 'string', filename);
  if (!isSlotFileName(filename)) throw invalid('Invalid filename');
  return filename;
}

function notRestored(reason: string, cause?: unknown): ForetokenError {
  return new ForetokenError('invalid_request', `Unable to restore slot: ${reason}`, {}, { cause });
}
