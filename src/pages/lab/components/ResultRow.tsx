import { useState } from 'preact/hooks';
import type { Status } from '../../../report/index.ts';
import type { Result } from '../results.ts';

const WORDS: Readonly<Record<Status, string>> = {
  success: '✓',
  'wrong-result': '✗ WRONG',
  unsupported: '– not possible here',
  oom: '! out of memory',
  timeout: '! took too long',
  'device-lost': '! the device was lost',
  'visibility-interrupted': '! the tab was hidden',
  error: '! error',
};

/** Result, which expands to its message, a button to run it again and a link for a bug report. */
export function ResultRow({ result, onRerun }: { result: Result; onRerun: (() => void) | null }) {
  const { jobId, group, name, status, words, message, isNoisy } = result;
  const isGood = status === 'success';
  const mark = group === 'speed' && isGood ? '' : WORDS[status];
  return (
    <li class={`row ${status}`} data-testid="result" data-status={status} data-case={jobId}>
      <details>
        <summary>
          <span class="name">{name}</span>
          <span class="outcome">
            {words && (
              <span class="words">
                {words} {isNoisy && <small class="noisy">noisy</small>}
              </span>
            )}
            <span class="mark">
              {isGood && mark ? (
                <>
                  <span aria-hidden="true">{mark}</span>
                  <span class="hidden">right</span>
                </>
              ) : (
                mark
              )}
            </span>
          </span>
        </summary>
        {message && <pre>{message}</pre>}
        <div class="actions">
          <button type="button" disabled={onRerun === null} onClick={() => onRerun?.()}>
            Run again
          </button>
          <CopyLink jobId={jobId} />
        </div>
      </details>
    </li>
  );
}

function CopyLink({ jobId }: { jobId: string }) {
  const [said, setSaid] = useState('');
  const link = new URL(`?case=${encodeURIComponent(jobId)}`, location.href).href;
  const copy = () =>
    navigator.clipboard.writeText(link).then(
      () => setSaid('Copied.'),
      () => setSaid('Copy the address of the link “this case alone”.'),
    );
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        Copy link for a bug report
      </button>
      <a href={link}>This case alone</a>
      <span role="status" class="note">
        {said}
      </span>
    </>
  );
}
