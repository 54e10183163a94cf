import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Load on a running server: clients send requests with known answers, streaming and not, and a third of them disconnects midway.
 * By design an answer is the same alone and among others, so each is compared with the server's answer alone.
 */

/** Beginnings of stories; each client has its own seed, so that no two expect the same answer. */
const PROMPTS = [
  'Once upon a time',
  'The wise owl said,',
  'A brave little dog',
  'Lily went to the park',
  'One day, Tom found a box',
  'The sun was warm and',
];

/** Time after which a request counts as lost. */
const ANSWER_LIMIT_MS = 120_000;

/**
 * @typedef {{ prompt: string, seed: number, n_predict: number }} Job
 * @typedef {{ content: string, nPrompt: number, nPredicted: number }} Expected what a job gives when it is alone
 * @typedef {{ nAnswered: number, nLeft: number, nTokens: number, wrong: string[] }} Tally
 * @typedef {{ url: string, nClients: number, nJobs: number, seconds: number, onSample?: () => void }} SoakOptions
 */

/** @param {number} nJobs @returns {Job[]} */
function jobsOf(nJobs) {
  return Array.from({ length: nJobs }, (_, i) => ({
    prompt: PROMPTS[i % PROMPTS.length],
    seed: 1000 + i,
    n_predict: 4 + ((7 * i) % 21),
  }));
}

/**
 * Sends requests for `seconds` with `nClients` at once; requests under way are completed.
 *
 * @param {SoakOptions} options @returns {Promise<Tally & { seconds: number }>}
 */
export async function soak({ url, nClients, nJobs, seconds, onSample = () => {} }) {
  const jobs = jobsOf(nJobs);
  const expected = [];
  for (const job of jobs) expected.push(await answerAlone(url, job));
  const before = await metricsOf(url);
  /** @type {Tally} */
  const tally = { nAnswered: 0, nLeft: 0, nTokens: 0, wrong: [] };
  const bounds = { prompt: { least: 0, most: 0 }, predicted: { least: 0, most: 0 } };

  const begin = Date.now();
  const sampling = setInterval(onSample, 1000);
  await Promise.all(Array.from({ length: nClients }, (_, i) => client(i)));
  clearInterval(sampling);
  await settled(url);
  checkMetrics(before, await metricsOf(url), bounds, tally);
  return { ...tally, seconds: (Date.now() - begin) / 1000 };

  /** Sends requests one after another, every third abandoned midway; no two clients go through the jobs in step. */
  async function client(i) {
    for (let round = 0; round === 0 || Date.now() < begin + 1000 * seconds; round++) {
      const turn = i + round;
      const index = (i + 5 * round) % jobs.length;
      const done = attempt(jobs[index], expected[index], turn % 2 === 0, turn % 3 === 0);
      if (await isLate(done)) {
        tally.wrong.push(`${JSON.stringify(jobs[index])} got no answer within ${ANSWER_LIMIT_MS / 1000} s`);
        return;
      }
    }
  }

  /** @param {Job} job @param {Expected} known @param {boolean} stream @param {boolean} leaves */
  async function attempt(job, known, stream, leaves) {
    const leaving = new AbortController();
    // Leave somewhere between the queue and the end; a client that streams leaves in the middle of its answer.
    const timer = leaves && !stream ? setTimeout(() => leaving.abort(), 20 * job.n_predict) : undefined;
    let content = '';
    try {
      const response = await ask(url, { ...job, stream }, leaving.signal);
      if (stream) {
        let nEvents = 0;
        for await (const event of eventsOf(response)) {
          content += event.content;
          if (leaves && ++nEvents === job.n_predict >> 1) leaving.abort();
        }
      } else content = JSON.parse(await text(response)).content;
      count(known, known);
      tally.nAnswered++;
      tally.nTokens += known.nPredicted;
      if (content !== known.content) tally.wrong.push(difference(job, content, known.content));
    } catch (error) {
      if (!leaving.signal.aborted) {
        tally.wrong.push(`${JSON.stringify(job)} got no answer: ${error.message}`);
        return;
      }
      count({ nPrompt: 0, nPredicted: 0 }, known);
      tally.nLeft++;
      if (!known.content.startsWith(content)) tally.wrong.push(difference(job, content, known.content));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Counts the smallest and the largest growth of the metrics by the request. */
  function count(least, most) {
    bounds.prompt.least += least.nPrompt;
    bounds.prompt.most += most.nPrompt;
    bounds.predicted.least += least.nPredicted;
    bounds.predicted.most += most.nPredicted;
  }
}

/** @param {Promise<void>} done @returns {Promise<boolean>} whether it takes longer than the limit */
async function isLate(done) {
  let timer;
  const late = new Promise(resolve => {
    timer = setTimeout(() => resolve(true), ANSWER_LIMIT_MS);
  });
  const isLate = await Promise.race([done.then(() => false), late]);
  clearTimeout(timer);
  return isLate;
}

function difference(job, content, expected) {
  return `${JSON.stringify(job)} got ${JSON.stringify(content)} instead of ${JSON.stringify(expected)}`;
}

/** Compares the growth of the server's counters with these bounds, and adds the faults. */
function checkMetrics(before, after, { prompt, predicted }, tally) {
  const grown = name => after[name] - before[name];
  const sums = [
    ['prompt tokens', grown('prompt_tokens_total') + grown('prompt_tokens_cached_total'), prompt],
    ['generated tokens', grown('tokens_predicted_total'), predicted],
  ];
  for (const [what, sum, { least, most }] of sums) {
    if (!(sum >= least && sum <= most)) {
      tally.wrong.push(`/metrics counts ${sum} ${what}, but there were ${least} to ${most}`);
    }
  }
  for (const name of ['requests_processing', 'requests_deferred']) {
    if (after[name] !== 0) tally.wrong.push(`/metrics says ${name} ${after[name]}, but nobody is asking`);
  }
}

/** @param {string} url @param {Job} job @returns {Promise<Expected>} */
async function answerAlone(url, job) {
  const answer = JSON.parse(await text(await ask(url, job)));
  return {
    content: answer.content,
    nPrompt: answer.tokens_evaluated,
    nPredicted: answer.tokens_predicted,
  };
}

/**
 * Posts with Node's own client: its `fetch` may wait forever for a body that is aborted just as it ends.
 *
 * @returns {Promise<import('node:http').IncomingMessage>} once the head has arrived
 */
async function ask(url, body, signal) {
  // A separate connection, so that disconnecting affects no other request.
  const sent = request(new URL('completion', url), { method: 'POST', agent: false });
  signal?.addEventListener('abort', () => sent.destroy());
  sent.end(JSON.stringify(body));
  const [response] = await once(sent, 'response');
  // From here on the reader of the answer sees errors.
  sent.on('error', () => {});
  if (response.statusCode !== 200) {
    throw new Error(`status ${response.statusCode}: ${await text(response)}`);
  }
  return response;
}

/** Yields the events of a stream, which must end with the last one. */
async function* eventsOf(response) {
  let rest = '';
  let isDone = false;
  for await (const chunk of response.setEncoding('utf8')) {
    const events = (rest + chunk).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events.filter(line => line.startsWith('data: '))) {
      const parsed = JSON.parse(event.slice('data: '.length));
      if (parsed.error) throw new Error(parsed.error.message);
      isDone = parsed.stop;
      yield parsed;
    }
  }
  if (!isDone) throw new Error('the stream ended before its last event');
}

/** Resolves when no slot is busy; abandoned requests may keep one busy for a moment. */
async function settled(url) {
  const limit = Date.now() + 5000;
  for (;;) {
    const slots = await (await fetch(new URL('slots', url))).json();
    const nBusy = slots.filter(slot => slot.is_processing).length;
    if (nBusy === 0) return;
    if (Date.now() > limit) throw new Error(`${nBusy} slots are still at work, but nobody is asking`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** @returns {Promise<Record<string, number>>} */
async function metricsOf(url) {
  const shown = await (await fetch(new URL('metrics', url))).text();
  const samples = [...shown.matchAll(/^llamacpp:(\w+) (\S+)$/gm)];
  return Object.fromEntries(samples.map(([, name, value]) => [name, Number(value)]));
}
