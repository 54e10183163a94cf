import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

/**
 * Runs a benchmark from the command line: `[--repetitions N] [--out FILE] [--report FILE] [PART …]`. Writes the result of `measure`, with the
 * conditions of the measurement, as JSON to FILE or to standard output.
 *
 * @param {string} name as npm knows it
 * @param {{ root: string, parts: readonly string[], defaults?: readonly string[] }} options `root`: folder of package.json;
 * `parts`: available parts; `defaults`: parts measured if none is named, by default all
 * @param {(options: { repetitions: number, parts: readonly string[], report: unknown }) => Promise<object>} measure `report`: the
 * report of a lab, if one is given
 */
export async function runBenchmark(name, { root, parts, defaults = parts }, measure) {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        repetitions: { type: 'string', default: '5' },
        out: { type: 'string' },
        report: { type: 'string' },
      },
    });
    const repetitions = Number(values.repetitions);
    if (!Number.isInteger(repetitions) || repetitions < 1) {
      throw new Error(`repetitions are ${values.repetitions}, but must be a whole number from 1`);
    }
    const unknown = positionals.find(part => !parts.includes(part));
    if (unknown !== undefined) throw new Error(`there is no ${unknown}; choose from ${parts.join(', ')}`);
    const chosen = positionals.length > 0 ? positionals : defaults;
    const report = values.report && JSON.parse(readFileSync(values.report, 'utf8'));
    const loadBefore = loadavg();
    const result = await measure({ repetitions, parts: chosen, report });
    const conditions = {
      date: new Date().toISOString(),
      commit: commitOf(root),
      processors: cpus().length,
      loadBefore,
      loadAfter: loadavg(),
      repetitions,
    };
    const json = `${JSON.stringify({ ...conditions, ...result }, null, 1)}\n`;
    if (values.out) writeFileSync(values.out, json);
    else console.log(json);
  } catch (error) {
    console.error(`npm run ${name}: ${error.message}`);
    process.exitCode = 1;
  }
}

/** Commit of the measured code, in a clone. */
function commitOf(root) {
  try {
    const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
    const changed = git('status', '--porcelain', '--', 'src', 'shaders') === '' ? '' : ' and changes';
    return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return null;
  }
}
