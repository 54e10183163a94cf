const BEGIN = '<!-- zoo: written by npm run zoo -- --write -->';
const END = '<!-- end of the zoo -->';
const COLUMNS = ['model', 'architecture', 'weights', 'there for'];

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
 * Replaces the tables between the two markers of a document by the results of `run`. Results of other adapters stay.
 *
 * @param {string} document
 * @param {{ date: string, browser: string, adapter: string, results: readonly Result[] }} run of the whole zoo
 * @returns {string}
 */
export function withResults(document, { date, browser, adapter, results }) {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the document lacks the lines ${BEGIN} and ${END}`);
  const known = tellsOf(document.slice(begin, end));
  const count = outcome => results.filter(result => result.outcome === outcome).length;
  const summary = `Chromium ${browser}, ${date.slice(0, 10)}: ${count('holds')} of ${results.length} models hold, ${count('refused')} are refused, ${count('fails')} fail`;
  const summaries = new Map([...known.summaries, [adapter, summary]]);
  const adapters = [...summaries.keys()].toSorted();

  const runs = results.filter(({ outcome }) => outcome !== 'refused');
  const refused = results.filter(({ outcome }) => outcome === 'refused');
  const rows = runs.map(result => [
    ...[result.model, result.arch, result.types.join(' '), result.what],
    ...adapters.map(name =>
      name === adapter ? cellOf(result) : (known.cells.get(result.model)?.[name] ?? ''),
    ),
  ]);
  const sections = [
    BEGIN,
    adapters.map(name => `- ${name}: ${summaries.get(name)}`).join('\n'),
    table([...COLUMNS, ...adapters], rows),
    'Refused, each in a sentence:',
    table(
      ['model', 'architecture', 'what is said'],
      // Drop the list of everything supported, which follows the semicolon.
      refused.map(({ model, arch, faults }) => [model, arch, faults[0].split('; ')[0]]),
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
 * Reads the present tables: a line for each adapter, and each model's cell under its name.
 *
 * @param {string} text
 */
function tellsOf(text) {
  const summaries = new Map(
    [...text.matchAll(/^- (.+?): (.*)$/gm)].map(([, name, summary]) => [name, summary]),
  );
  const [header = [], , ...rows] = text
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(cell => cell.trim().replaceAll('\\|', '|')),
    );
  const cells = new Map(
    rows.map(row => [row[0], Object.fromEntries(header.map((name, i) => [name, row[i] ?? '']))]),
  );
  return { summaries, cells };
}

/** @param {readonly string[]} header @param {readonly (readonly string[])[]} rows */
function table(header, rows) {
  const line = cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
