import type { KnownProvenance } from '../../../lab/provenance.ts';
import { ProblemText } from '../../frame/ProblemText.tsx';
import { describeProblem } from '../../frame/problems.ts';
import { thisVisitor } from '../../frame/visitor.ts';
import type { Device } from '../state.ts';

/** GPU in use, or advice if there is none. */
export function DeviceCard({ device, onRetry }: { device: Device; onRetry: () => void }) {
  switch (device.kind) {
    case 'asking':
      return <p role="status">Looking for a GPU…</p>;
    case 'none': {
      const { title, advice } = describeProblem(device.error, thisVisitor());
      return (
        <section class="problem" role="alert" data-testid="error" data-code={device.error.code}>
          <ProblemText title={title} advice={advice} message={device.error.message} />
          <button type="button" onClick={onRetry}>
            Look again
          </button>
        </section>
      );
    }
    case 'known':
      return <Known provenance={device.provenance} />;
  }
}

function Known({ provenance }: { provenance: KnownProvenance }) {
  const { adapter, browser, platform, features, limits } = provenance;
  const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = adapter;
  const name = description || device || [vendor, architecture].filter(Boolean).join(' ');
  const sizes =
    subgroupMinSize === subgroupMaxSize ? subgroupMinSize : `${subgroupMinSize}–${subgroupMaxSize}`;
  const has = (feature: string) => (features.includes(feature) ? 'yes' : 'no');
  const rows: readonly (readonly [string, string])[] = [
    ['Browser', `${browser.name} ${browser.version} on ${platform.name}`],
    ['Kind', adapter.isFallbackAdapter ? 'software: shaders run on the processor' : 'GPU'],
    ['Half precision', has('shader-f16')],
    ['Subgroups', features.includes('subgroups') ? `yes, of ${sizes ?? 'unknown size'}` : 'no'],
    ['Timestamps', has('timestamp-query')],
    ['Largest binding', `${Math.round((limits.maxStorageBufferBindingSize ?? 0) / 2 ** 20)} MiB`],
    ...(adapter.driver ? [['Driver', adapter.driver] as const] : []),
  ];
  return (
    <section class="device" aria-labelledby="device-title">
      <h2 id="device-title" data-testid="adapter">
        {name || 'A GPU that this browser does not name'}
      </h2>
      <dl>
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>All features and limits</summary>
        <p class="note">{features.join(', ')}</p>
        <ul class="limits">
          {Object.entries(limits).map(([limit, value]) => (
            <li key={limit}>
              <code>{limit}</code> {value}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
