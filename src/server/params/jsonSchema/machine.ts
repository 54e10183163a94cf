import type { RuleSet } from './ruleSet.ts';

/**
 * Finite automaton with start state 0; without states it accepts nothing. An arc with an empty label must not be part of a cycle.
 */
export interface Machine<L> {
  readonly states: readonly MachineState<L>[];
}

export interface MachineState<L> {
  readonly isFinal: boolean;
  readonly arcs: readonly Arc<L, number>[];
}

export interface Arc<L, S> {
  readonly label: L;
  readonly to: S;
}

export interface Moves<L, S> {
  readonly keyOf: (state: S) => string | number;
  readonly isFinal: (state: S) => boolean;
  /** Arcs out of a state; null to give up. */
  readonly arcsOf: (state: S) => readonly Arc<L, S>[] | null;
}

/**
 * Builds the automaton of all states that are reachable from `start` and can reach an end; null if it visits more than `limit`.
 */
export function explore<L, S>(
  start: S,
  { keyOf, isFinal, arcsOf }: Moves<L, S>,
  limit: number,
): Machine<L> | null {
  const ids = new Map([[keyOf(start), 0]]);
  const found = [start];
  const states: MachineState<L>[] = [];
  for (let i = 0; i < found.length; i++) {
    const next = arcsOf(found[i]);
    if (next === null) return null;
    const arcs = next.map(({ label, to }) => {
      const key = keyOf(to);
      let id = ids.get(key);
      if (id === undefined) {
        id = found.push(to) - 1;
        ids.set(key, id);
      }
      return { label, to: id };
    });
    if (found.length > limit) return null;
    states.push({ isFinal: isFinal(found[i]), arcs });
  }
  return trimmed(states);
}

/** Removes states that cannot reach an end. */
function trimmed<L>(states: readonly MachineState<L>[]): Machine<L> {
  const before = states.map((): number[] => []);
  for (const [from, { arcs }] of states.entries()) for (const { to } of arcs) before[to].push(from);
  const pending = [...states.keys()].filter(id => states[id].isFinal);
  const isAlive = new Array<boolean>(states.length).fill(false);
  for (const id of pending) isAlive[id] = true;
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const from of before[id]) {
      if (isAlive[from]) continue;
      isAlive[from] = true;
      pending.push(from);
    }
  }
  if (!isAlive[0]) return { states: [] };
  const kept = [...states.keys()].filter(id => isAlive[id]);
  const newIds = new Map(kept.map((id, i) => [id, i] as const));
  return {
    states: kept.map(id => ({
      isFinal: states[id].isFinal,
      arcs: states[id].arcs.flatMap(({ label, to }) => {
        const newId = newIds.get(to);
        return newId === undefined ? [] : { label, to: newId };
      }),
    })),
  };
}

/** Adds a rule for each state that is not inlined, and returns the body of the start state's rule. */
export function machineBody<L>(
  machine: Machine<L>,
  textOf: (label: L) => string,
  name: string,
  rules: RuleSet,
): string {
  const { states } = machine;
  const nUses = new Array<number>(states.length).fill(0);
  for (const { arcs } of states) for (const { to } of arcs) nUses[to]++;
  nUses[0]++;
  const names = new Map<number, string>();
  const pending: number[] = [];
  const nameOf = (id: number): string => {
    let rule = names.get(id);
    if (rule === undefined) {
      rule = rules.reserve(`${name}-${id}`);
      names.set(id, rule);
      pending.push(id);
    }
    return rule;
  };
  /** Continuation from a state. A chain of states with one incoming arc each becomes one sequence. */
  const rest = (from: number): string => {
    const parts: string[] = [];
    for (let id = from; ; ) {
      const { arcs, isFinal } = states[id];
      if (nUses[id] > 1 || (!isFinal && arcs.length > 1) || (isFinal && arcs.length > 0)) {
        parts.push(nameOf(id));
        break;
      }
      if (arcs.length === 0) break;
      parts.push(textOf(arcs[0].label));
      id = arcs[0].to;
    }
    return parts.join(' ');
  };
  const bodyOf = ({ isFinal, arcs }: MachineState<L>): string => {
    const ways = arcs.map(({ label, to }) => `${textOf(label)} ${rest(to)}`.trim());
    return [...ways.map(way => way || '""'), ...(isFinal ? ['""'] : [])].join(' | ');
  };
  const body = bodyOf(states[0]);
  for (let id = pending.pop(); id !== undefined; id = pending.pop())
    rules.define(nameOf(id), bodyOf(states[id]));
  return states[0].arcs.length + (states[0].isFinal ? 1 : 0) > 1 ? `(${body})` : body;
}
