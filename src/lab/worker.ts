import { assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { Gate } from './gate.ts';
import type { LabCommand, LabMessage } from './labOptions.ts';
import { runLab } from './runLab.ts';

// One run in its own thread, because CPU twins are slow and the page has to stay responsive.
const gate = new Gate();

self.addEventListener('message', ({ data }: MessageEvent<LabCommand>) => {
  switch (data.kind) {
    case 'run':
      gate.setHidden(data.isHidden);
      void run(data);
      break;
    case 'pause':
    case 'resume':
      gate.setPaused(data.kind === 'pause');
      break;
    case 'hidden':
    case 'visible':
      gate.setHidden(data.kind === 'hidden');
      break;
    case 'stop':
      gate.stop();
      break;
    default:
      assertNever(data);
  }
});

async function run({ options, base }: Extract<LabCommand, { kind: 'run' }>): Promise<void> {
  const post = (message: LabMessage) => self.postMessage(message);
  try {
    const report = await runLab(options, new URL(base), gate, event => post({ kind: 'event', event }));
    post({ kind: 'report', report });
  } catch (error) {
    post({ kind: 'error', error: ForetokenError.from(error).toWire() });
  }
}
