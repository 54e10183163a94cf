import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ForetokenError } from '../util/errors.ts';
import { type Browser, openBrowser } from './browser.ts';
import type { ServeOptions } from './commandLine.ts';
import { type Door, openDoor } from './door.ts';
import type { Ending } from './ending.ts';
import { Engine } from './engine.ts';
import type { Machine } from './machine.ts';
import { lookupFileOf, publish, slotFolderOf } from './publish.ts';
import { Traffic } from './traffic.ts';

/** Time for a browser to open its page; after that it counts as hanging. */
const DIAL_IN_LIMIT_MS = 60_000;

/** Time for the tab to save what look-ups learned. */
const SAVE_LIMIT_MS = 3000;

/**
 * Serves until it has to end, or wants to and has answered what it was asked. Throws the reason if it cannot serve: a file, the
 * port, the browser, the models.
 */
export async function serve(options: ServeOptions, machine: Machine, ending: Ending): Promise<void> {
  const { hosts, port, timeoutSeconds, drainSeconds, cors, ui, browser: choice } = options;
  const traffic = new Traffic();
  const drained = new AbortController();
  ending.leave.addEventListener('abort', () => void drain().then(() => drained.abort()), { once: true });
  const signal = AbortSignal.any([ending.stop, drained.signal]);
  const secret = randomBytes(24).toString('base64url');
  const files = new Map<string, string>();
  const slotFolder = await slotFolderOf(options.engine);
  const lookupFile = await lookupFileOf(options.engine);
  const executable = choice.attach ? null : await executableOf(choice.path, machine);

  // A signal may have arrived during the search for a browser.
  if (signal.aborted) return;
  const open: { door: Door | null; browser: Browser | null; engine: Engine | null } = {
    ...{ door: null, browser: null, engine: null },
  };
  let hasLoaded = false;
  try {
    await new Promise<void>((stop, fail) => {
      signal.addEventListener('abort', () => stop(), { once: true });
      const engine = new Engine({
        ready(report) {
          const { adapter, model, warnings } = report;
          hasLoaded = true;
          const gpu = [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' ');
          for (const warning of warnings) machine.log(`warning: ${warning}`);
          machine.log(`ready: ${model.name} on ${gpu || 'an unnamed adapter'}`);
          if (open.door) machine.ready?.({ url: open.door.url, report });
        },
        log(line) {
          if (options.engine.verbose) machine.log(line);
        },
        gone(wasReady, reason) {
          if (signal.aborted) return;
          if (!wasReady && reason) fail(reason);
          else machine.log(`the engine tab is gone${reason ? `: ${reason.message}` : ''}`);
          // When this browser ends, the next one starts.
          void open.browser?.close();
        },
      });
      open.engine = engine;
      run(engine).catch(fail);
    });
  } finally {
    if (lookupFile !== undefined) await open.engine?.leave(SAVE_LIMIT_MS);
    await Promise.all([open.browser?.close(), open.door?.close()]);
  }

  async function drain(): Promise<void> {
    if (drainSeconds > 0 && traffic.size > 0) {
      machine.log(`draining: ${traffic.size} requests are open, and have ${drainSeconds} s to end`);
    }
    const nOpen = await traffic.drain(drainSeconds, ending.stop);
    if (nOpen > 0) machine.log(`ending with ${nOpen} requests open`);
  }

  async function run(engine: Engine): Promise<void> {
    const door = await openDoor({
      ...{ hosts, port, timeoutSeconds, cors, ui, secret, files, slotFolder, lookupFile, engine, traffic },
      site: machine.site,
    });
    open.door = door;
    if (signal.aborted) return door.close();
    machine.log(`listening on ${door.url}`);
    // Open the port first: a model may have to be downloaded, and clients are told meanwhile that it is loading.
    engine.prepare(await publish(options, machine, secret, files, signal));
    const address = `${door.url}engine.html#${secret}`;
    if (executable === null) {
      machine.log(`open this in the browser that is to be the engine: ${address}`);
      return;
    }
    const args = [...machine.browserFlags, ...choice.args];
    while (!signal.aborted) {
      hasLoaded = false;
      open.browser = openBrowser(address, {
        keeper: machine.keeper,
        executable,
        args,
        headed: choice.headed,
      });
      const patience = setTimeout(() => {
        if (!engine.isConnected) void open.browser?.close();
      }, DIAL_IN_LIMIT_MS);
      await open.browser.ended;
      clearTimeout(patience);
      open.browser = null;
      // The tab's connection may still be open, and would block the next tab.
      await engine.close();
      // Give up if the models did not load, because they would not the next time either; otherwise restart the browser.
      if (!hasLoaded && !signal.aborted) throw browserFailed(executable);
    }
  }
}

async function executableOf(path: string | undefined, machine: Machine): Promise<string> {
  if (path === undefined) return machine.findBrowser();
  await access(path, constants.X_OK).catch(() => {
    throw new ForetokenError(
      'invalid_option',
      `cannot run the browser ${path}; check the path after --browser`,
    );
  });
  return path;
}

function browserFailed(executable: string): ForetokenError {
  return new ForetokenError(
    'internal',
    `${executable} ended, or was silent for ${DIAL_IN_LIMIT_MS / 1000} s, before its tab answered; choose another browser with --browser, or open one yourself with --attach`,
  );
}
