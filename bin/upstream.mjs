// npm run test:upstream [-- pytest arguments]: runs llama.cpp's own server tests against bin/foretoken and prints a table of
// their results, one row per file. LLAMA_CPP_DIR names a checkout of llama.cpp; PYTHON a Python with the packages of its
// tools/server/tests/requirements.txt.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Test files for the features of a server of one text model without web page, tools and routing; e2e/upstream.md has the details.
 */
const FILES = [
  'basic',
  'completion',
  'chat_completion',
  'ctx_shift',
  'tokenize',
  'ignore_eos',
  'slot_save',
  'kv_keep_only_active',
  'metrics',
  'sleep',
  'security',
  'template',
  'tool_call',
  'compat_oai_responses',
  'compat_anthropic',
  'compat_gcp',
  'speculative',
];

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`npm run test:upstream: ${error.message}`);
  process.exitCode = 1;
}

async function main() {
  const { LLAMA_CPP_DIR, PYTHON = 'python3' } = process.env;
  const tests = join(LLAMA_CPP_DIR ?? '', 'tools', 'server', 'tests');
  if (!LLAMA_CPP_DIR || !existsSync(join(tests, 'unit'))) {
    throw new Error(
      `LLAMA_CPP_DIR is ${LLAMA_CPP_DIR ?? 'not set'}; it has to name a checkout of llama.cpp, with tools/server/tests`,
    );
  }
  const reports = mkdtempSync(join(tmpdir(), 'foretoken-upstream-'));
  const report = join(reports, 'junit.xml');
  const given = process.argv.slice(2);
  const chosen = given.length > 0 ? given : FILES.map(name => `unit/test_${name}.py`);
  const args = ['-m', 'pytest', '-q', '-m', 'not slow', `--junitxml=${report}`, ...chosen];
  const env = { ...process.env, LLAMA_SERVER_BIN_PATH: join(root, 'bin', 'foretoken') };
  try {
    const child = spawn(PYTHON, args, { cwd: tests, env, stdio: 'inherit' });
    const status = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    console.log(`\n${tableOf(readFileSync(report, 'utf8'))}`);
    return status ?? 1;
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

/** @param {string} junit @returns {string} the results by file, in Markdown */
function tableOf(junit) {
  const files = new Map();
  for (const [, attributes, rest] of junit.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)) {
    const file = /classname="(?:unit\.)?(\w+)/.exec(attributes)?.[1] ?? '?';
    const row = files.get(file) ?? { passed: 0, failed: 0, skipped: 0 };
    if (/<(failure|error)\b/.test(rest ?? '')) row.failed++;
    else if (/<skipped\b/.test(rest ?? '')) row.skipped++;
    else row.passed++;
    files.set(file, row);
  }
  const rows = [...files].map(
    ([file, row]) => `| ${file}.py | ${row.passed} | ${row.failed} | ${row.skipped} |`,
  );
  const sum = key => [...files.values()].reduce((total, row) => total + row[key], 0);
  return [
    '| file | passed | failed | not applicable |',
    '| --- | ---: | ---: | ---: |',
    ...rows,
    `| all | ${sum('passed')} | ${sum('failed')} | ${sum('skipped')} |`,
  ].join('\n');
}
