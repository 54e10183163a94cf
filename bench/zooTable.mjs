const BEGIN = '<!-- zoo: written by npm run zoo -- --write -->';
const END = '<!-- end of the zoo -->';
const COLUMNS = ['model', 'architecture', 'weights', 'there for'];
const REFUSED_COLUMNS = ['model', 'architecture', 'what is said'];

/**
 * @typedef {object} Result of a model
 * @property {string} model
 * @property {string} arch
 * @property {readonly string[]} types
 * @property {string} what
 * @property {'holds' | 'fails' | 'refused'} outcome
 * @property {readonly string[]} faults
 * @property {number} nChecks
 * @property {number} error
 */

/**
 * Replaces the tables between the two markers of a document by the results of `run`. Results of other adapters stay, and so do those
 * of models that the run did not try.
 *
 * @param {string} document
 * @param {{ date: string, browser: string, adapter: string, results: readonly Result[] }} run
 * @returns {string}
 */
export function withResults(document, { date, browser, adapter, results }) {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the document lacks the lines ${BEGIN} and ${END}`);
  const { summaries, cells, heads, refusals } = tellsOf(document.slice(begin, end));
  for (const result of results) {
    const { model, arch, types, what, outcome, faults } = result;
    if (outcome === 'refused') {
      heads.delete(model);
      // Drop the list of everything supported, which follows the semicolon.
      refusals.set(model, [model, arch, faults[0].split('; ')[0]]);
    } else {
      refusals.delete(model);
      heads.set(model, [model, arch, types.join(' '), what]);
      cells.set(model, { ...cells.get(model), [adapter]: cellOf(result) });
    }
  }
  const models = [...heads.keys()].toSorted();
  const count = outcome => models.filter(model => cells.get(model)?.[adapter]?.startsWith(outcome)).length;
  const nModels = heads.size + refusals.size;
  const part = results.length < nModels ? `; the last run tried ${results.length} of them` : '';
  const counts = `${count('holds')} of ${nModels} models hold, ${refusals.size} are refused, ${count('fails')} fail`;
  summaries.set(adapter, `Chromium ${browser}, ${date.slice(0, 10)}: ${counts}${part}`);

  const adapters = [...summaries.keys()].toSorted();
  const sections = [
    BEGIN,
    adapters.map(name => `- ${name}: ${summaries.get(name)}`).join('\n'),
    table(
      [...COLUMNS, ...adapters],
      models.map(model => [...heads.get(model), ...adapters.map(name => cells.get(model)?.[name] ?? '')]),
    ),
    'Refused, each in a sentence:',
    table(
      REFUSED_COLUMNS,
      [...refusals.keys()].toSorted().map(model => refusals.get(model)),
    ),
  ];
  return `${document.slice(0, begin)}${sections.join('\n\n')}\n\n${document.slice(end)}`;
}

/** @param {Result} result */
function cellOf({ outcome, faults, nChecks, error }) {
  if (outcome === 'holds') return `holds, ${error.toExponential(0)}`;
  return `fails ${faults.length} of ${nChecks}: ${faults[0]}`;
}

/**
 * Reads the present tables: a line for each adapter; each model's first columns, and its cell under each adapter's name; and the
 * refusals.
 *
 * @param {string} text
 */
function tellsOf(text) {
  const summaries = new Map(
    [...text.matchAll(/^- (.+?): (Chromium .*)$/gm)].map(([, name, summary]) => [name, summary]),
  );
  const rows = text
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(cell => cell.trim().replaceAll('\\|', '|')),
    )
    .filter(([first]) => !/^-+$/.test(first));
  const at = rows.findIndex(
    row => row.length === REFUSED_COLUMNS.length && row.at(-1) === REFUSED_COLUMNS.at(-1),
  );
  const [header = [], ...runs] = at < 0 ? rows : rows.slice(0, at);
  const names = header.slice(COLUMNS.length);
  return {
    summaries,
    heads: new Map(runs.map(row => [row[0], row.slice(0, COLUMNS.length)])),
    cells: new Map(
      runs.map(row => [
        row[0],
        Object.fromEntries(names.map((name, i) => [name, row[COLUMNS.length + i] ?? ''])),
      ]),
    ),
    refusals: new Map((at < 0 ? [] : rows.slice(at + 1)).map(row => [row[0], row])),
  };
}

/** @param {readonly string[]} header @param {readonly (readonly string[])[]} rows */
function table(header, rows) {
  const line = cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
