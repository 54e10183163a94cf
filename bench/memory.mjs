import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KIB = 1024;

/**
 * Resident memory in bytes: of the process itself, of the tabs of its browser, and of the browser's GPU process, where a software
 * adapter has its buffers.
 *
 * @typedef {{ node: number, tab: number, gpu: number }} Memory
 * @param {number} pid of `foretoken serve` @returns {Promise<Memory>}
 */
export async function memoryOf(pid) {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { maxBuffer: 64 * KIB * KIB });
  const processes = stdout.split('\n').flatMap(line => {
    const [, id, parent, rss, args] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return id === undefined ? [] : { id: Number(id), parent: Number(parent), bytes: KIB * Number(rss), args };
  });
  const own = new Set([pid]);
  for (let size = 0; size < own.size; ) {
    size = own.size;
    for (const { id, parent } of processes) if (own.has(parent)) own.add(id);
  }
  const sum = isOne =>
    processes.filter(one => own.has(one.id) && isOne(one)).reduce((total, { bytes }) => total + bytes, 0);
  return {
    node: sum(({ id }) => id === pid),
    tab: sum(({ args }) => args.includes('--type=renderer')),
    gpu: sum(({ args }) => args.includes('--type=gpu-process')),
  };
}

/**
 * Growth from the earlier half of the samples to the later one, without the first quarter, because a server that has just started
 * still grows. Uses medians, because garbage comes and goes.
 *
 * @param {readonly Memory[]} samples @returns {Memory} bytes
 */
export function growth(samples) {
  const warm = samples.slice(samples.length >> 2);
  const half = warm.length >> 1;
  const median = values => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  const grown = key =>
    median(warm.slice(half).map(sample => sample[key])) -
    median(warm.slice(0, half).map(sample => sample[key]));
  return { node: grown('node'), tab: grown('tab'), gpu: grown('gpu') };
}
