import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { endingOf } from './ending.ts';

it.each([
  { signals: [], leave: false, stop: false },
  { signals: ['SIGTERM'], leave: true, stop: false },
  { signals: ['SIGTERM', 'SIGTERM'], leave: true, stop: true },
  { signals: ['SIGTERM', 'SIGINT'], leave: true, stop: true },
  { signals: ['SIGINT'], leave: false, stop: true },
  { signals: ['SIGINT', 'SIGINT'], leave: false, stop: true },
  { signals: ['SIGHUP'], leave: false, stop: true },
])('$signals asks to leave: $leave, and to stop at once: $stop', ({ signals, leave, stop }) => {
  const process = new EventEmitter();
  const ending = endingOf(process);
  for (const signal of signals) process.emit(signal);
  expect(ending.leave.aborted).toBe(leave);
  expect(ending.stop.aborted).toBe(stop);
});
