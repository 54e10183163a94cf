// node bench/tables.mjs FILE …: prints the tables of docs/performance.md, as markdown, from the output of `npm run bench` and
// `npm run bench:peers`; `npx biome check --write docs` aligns them.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const file of process.argv.slice(2)) {
    const result = JSON.parse(readFileSync(file, 'utf8'));
    console.log(`\n### ${file}\n\n${conditions(result)}`);
    const tables = result.wllama ? [peerTable(result)] : benchTables(result);
    for (const text of tables) console.log(`\n${text}`);
  }
}

function conditions({ date, commit, browser, processors, repetitions, loadBefore, loadAfter }) {
  const load = `${loadBefore[0].toFixed(1)} before, ${loadAfter[0].toFixed(1)} after`;
  const where = browser === undefined ? 'Node' : `Chromium ${browser}`;
  return `${where}, commit ${commit}, ${date.slice(0, 10)}, ${repetitions} repetitions; load average of ${processors} processors: ${load}`;
}

/** Compares Foretoken with wllama: medians with smallest and largest sample, and the median of the ratios of each round. */
export function peerTable({ models }) {
  const rows = models.flatMap(({ name, runsOn, measurements }) =>
    measurements.map(({ name: measured, samples }) => {
      const { foretoken, wllama } = samples;
      const unit = measured === 'ready' ? 'ready, ms' : `${measured}, tokens/s`;
      const faster = ratio(measured, foretoken, wllama);
      return [name, unit, spreadOf(foretoken), spreadOf(wllama), faster, runsOn.wllama];
    }),
  );
  return table(['model', 'measured', 'Foretoken', 'wllama', 'Foretoken is faster', 'wllama ran on'], rows);
}

function spreadOf(samples) {
  if (!Array.isArray(samples)) return `failed: ${samples.failed}`;
  return spread({ median: median(samples), min: Math.min(...samples), max: Math.max(...samples) });
}

/** Speed-up: ours over theirs for rates, theirs over ours for times. */
function ratio(measured, own, peer) {
  if (!Array.isArray(own) || !Array.isArray(peer)) return '';
  const ratios = own.map((value, round) =>
    measured === 'ready' ? peer[round] / value : value / peer[round],
  );
  return `${figure(median(ratios))}×`;
}

function benchTables({ models = [], speculation, products = [], tokenizer = [], types = [], repack }) {
  return [
    ...(models.length > 0 ? [modelTable(models)] : []),
    ...(speculation ? speculationTables(speculation) : []),
    ...(products.length > 0 ? [productTable(products)] : []),
    ...(tokenizer.length > 0 ? [tokenizerTable(tokenizer)] : []),
    ...(types.length > 0 ? [typeTable(types)] : []),
    ...(repack ? repackTables(repack) : []),
  ];
}

function tokenizerTable(vocabularies) {
  const rows = vocabularies.map(({ file, nVocab, readyMs, megabytesPerSecond, timeOfAllToHalf }) => {
    const growth = Object.values(timeOfAllToHalf);
    return [
      file.replace(/^ggml-vocab-|\.gguf(\.gz)?$/g, ''),
      nVocab,
      `${readyMs.toFixed(0)} ms`,
      ...Object.values(megabytesPerSecond).map(speed => speed.toFixed(1)),
      `${Math.min(...growth).toFixed(1)}–${Math.max(...growth).toFixed(1)}`,
    ];
  });
  const texts = ['English', 'code', 'Chinese', 'one letter', 'spaces', 'emoji'];
  return table(['vocabulary', 'tokens', 'ready after', ...texts, 'time of all to half'], rows);
}

function modelTable(models) {
  const rows = models.flatMap(({ target, plain, speculative }) =>
    Object.entries({ plain, speculative }).map(([mode, result]) => {
      const { dispatches, submits, readbacks, bytesReadBack } = result.callsPerToken;
      const calls = [dispatches, submits, readbacks, bytesReadBack].map(figure);
      const speeds = [result.decodeTokensPerSecond, result.prefillTokensPerSecond].map(spread);
      return [target.file, mode, ...speeds, ...calls];
    }),
  );
  const perToken = ['dispatches', 'submits', 'readbacks', 'bytes read back'];
  return table(['target', 'mode', 'decode, tokens/s', 'prefill, tokens/s', ...perToken], rows);
}

function speculationTables({ costs, acceptance, predictions, ngram }) {
  const widths = Object.keys(costs.v);
  const v = table(
    ['rows M', 'step, ms', 'v(M)', 'v(M) / M'],
    widths.map(m => [m, spread(costs.stepMs[m]), figure(costs.v[m]), figure(costs.v[m] / m)]),
  );
  const c = `A drafted token takes ${spread(costs.draftTokenMs)} ms: c = ${figure(costs.c)}.`;
  const positions = acceptance.alpha.map((_, i) => i + 1);
  const alpha = table(
    ['draft position', ...positions],
    [
      ['α there, if all before were accepted', ...acceptance.alpha.map(figure)],
      ['tokens per round of such a draft', ...acceptance.meanTokens.slice(1).map(figure)],
    ],
  );
  const predicted = table(
    ['readback', 'depth', 'round trips per round', 'best draft', 'speed-up'],
    predictions.map(({ roundTrips, nDraft, speedup, assumptions }) => [
      `${figure(1000 * assumptions.readbackSeconds)} ms`,
      assumptions.depth ?? 0,
      roundTrips,
      nDraft,
      `${figure(speedup)}×`,
    ]),
  );
  const lookedUp = table(
    ['text', 'look-up', 'tokens/s', 'speed-up', 'accepted / drafted', 'same tokens'],
    ngram.map(({ text, kind, tokensPerSecond, speedup, drafted, accepted, sameTokens }) => [
      text,
      kind,
      spread(tokensPerSecond),
      `${figure(speedup)}×`,
      `${accepted} / ${drafted}`,
      sameTokens ? 'yes' : 'no',
    ]),
  );
  return [v, c, alpha, predicted, lookedUp];
}

function productTable(products) {
  const rows = products.map(({ k, n, bytes, productMs, readMs, q4OverF32, readOverProduct }) => [
    `${k} × ${n}`,
    ...['Q4_0', 'F32'].map(type => spread(productMs[type])),
    figure(q4OverF32),
    ...['Q4_0', 'F32'].map(type => figure(bytes[type] / 1e6 / readMs[type].median)),
    ...['Q4_0', 'F32'].map(type => figure(readOverProduct[type])),
  ]);
  const head = ['matrix', 'Q4_0, ms', 'F32, ms', 'Q4_0 / F32'];
  const read = ['plain read Q4_0, GB/s', 'F32, GB/s', 'read / product Q4_0', 'F32'];
  return table([...head, ...read], rows);
}

function typeTable(types) {
  const rows = types.map(({ type, bytes, productMs, overQ4 }) => [
    type,
    figure(bytes / 1e6),
    spread(productMs),
    `${figure(overQ4)}×`,
  ]);
  return table(['type', 'MB', 'product, ms', 'of the time of Q4_0'], rows);
}

function repackTables({ gigabytesPerSecond, loads }) {
  const rates = Object.entries(gigabytesPerSecond).map(([type, rate]) => [type, spread(rate)]);
  const rows = loads.map(({ type, loadMs, uploadMs, loadOverUpload }) => [
    type,
    spread(loadMs),
    spread(uploadMs),
    `${figure(loadOverUpload)}×`,
  ]);
  return [
    table(['type', 'repacked, GB/s'], rates),
    table(['400 MB of', 'load, ms', 'plain upload, ms', 'load / upload'], rows),
  ];
}

function spread({ median, min, max }) {
  return `${figure(median)} (${figure(min)}–${figure(max)})`;
}

function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.floor(sorted.length / 2)]) / 2;
}

/** Three significant digits, without an exponent. */
function figure(value) {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
