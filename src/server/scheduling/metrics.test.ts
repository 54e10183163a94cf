import { describe, expect, it } from 'vitest';
import type { Sequence, StepResult } from '../../engine/sequence.ts';
import { Metrics, restartsMetric } from './metrics.ts';
import { timingsOf } from './timings.ts';

const IDLE = { nProcessing: 0, nDeferred: 0 };

function valuesOf(text: string): Record<string, number> {
  const samples = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    samples.map(line => [
      line.slice('llamacpp:'.length, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  );
}

function result(nPast: number, nDrafted = 0, nAccepted = 0): StepResult {
  const sequence = { nPast } as Sequence;
  const draft = Array.from({ length: nDrafted }, () => 3);
  return { sequence, nPrompt: 0, sampled: [], draft, drafter: 'draft-simple', nAccepted };
}

const TIMINGS = timingsOf({
  nCached: 3,
  nPrompt: 13,
  nPredicted: 5,
  drafts: [],
  nRounds: 4,
  startedAt: 0,
  promptDoneAt: 500,
  lastTokenAt: 2500,
});

describe('Metrics', () => {
  it('totals cover finished tasks', () => {
    const metrics = new Metrics();
    metrics.finished(TIMINGS);
    metrics.finished(TIMINGS);
    expect(valuesOf(metrics.scrape(IDLE))).toMatchObject({
      prompt_tokens_total: 20,
      prompt_tokens_cached_total: 6,
      prompt_seconds_total: 1,
      tokens_predicted_total: 10,
      tokens_predicted_seconds_total: 4,
    });
  });

  it('rates cover the time since the last scrape, without the first token of each answer', () => {
    const metrics = new Metrics();
    metrics.finished(TIMINGS);
    expect(valuesOf(metrics.scrape(IDLE))).toMatchObject({
      prompt_tokens_seconds: 20,
      predicted_tokens_seconds: 2,
    });
    expect(valuesOf(metrics.scrape(IDLE))).toMatchObject({
      prompt_tokens_seconds: 0,
      predicted_tokens_seconds: 0,
      tokens_predicted_total: 5,
    });
  });

  it('steps, busy slots and drafts by position are counted', () => {
    const metrics = new Metrics();
    metrics.stepped([result(8), result(20, 4, 2)]);
    metrics.stepped([result(10, 3, 1)]);
    expect(valuesOf(metrics.scrape({ nProcessing: 2, nDeferred: 7 }))).toMatchObject({
      n_decode_total: 2,
      n_tokens_max: 20,
      n_busy_slots_per_decode: 1.5,
      spec_decode_num_draft_tokens_total: 7,
      spec_decode_num_accepted_tokens_total: 3,
      spec_decode_num_drafts_total: 2,
      'spec_decode_num_accepted_tokens_per_pos_total{position="0"}': 2,
      'spec_decode_num_accepted_tokens_per_pos_total{position="1"}': 1,
      'spec_decode_num_accepted_tokens_per_pos_total{position="2"}': 0,
      requests_processing: 2,
      requests_deferred: 7,
    });
  });

  it('drafts are counted by kind and position', () => {
    const metrics = new Metrics();
    metrics.stepped([result(8), result(20, 3, 2), { ...result(10, 2, 1), drafter: 'ngram-mod' }]);
    const lines = metrics.scrape(IDLE).split('\n');
    for (const [name, counts] of [
      ['draft', { 'draft-simple': [1, 1, 1], 'ngram-mod': [1, 1] }],
      ['accepted', { 'draft-simple': [1, 1, 0], 'ngram-mod': [1, 0] }],
    ] as const) {
      for (const [type, values] of Object.entries(counts)) {
        const metric = `foretoken_spec_decode_num_${name}_tokens_per_pos_total{type="${type}",position=`;
        const expected = values.map((n: number, i: number) => `${metric}"${i}"} ${n}`);
        expect(lines.filter(line => line.startsWith(metric))).toEqual(expected);
      }
    }
  });

  it('replaced tabs are counted if there is a port', () => {
    expect(restartsMetric(undefined)).toBe('');
    expect(restartsMetric(2)).toMatch(/^foretoken_tab_restarts_total 2$/m);
  });

  it('every sample has a description', () => {
    const lines = new Metrics().scrape(IDLE).trimEnd().split('\n');
    expect(lines.length % 3).toBe(0);
    for (let i = 0; i < lines.length; i += 3) {
      const [, , name] = lines[i].split(' ');
      expect(lines[i]).toMatch(/^# HELP llamacpp:\w+ ./);
      expect(lines[i + 1]).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge)$`));
      expect(lines[i + 2]).toBe(`${name} 0`);
    }
  });
});
