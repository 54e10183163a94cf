/** Topological order, each rule before the rules it can begin with; or a cycle, each rule beginning with the next. */
export type RuleOrder =
  | { readonly kind: 'order'; readonly rules: readonly number[] }
  | { readonly kind: 'cycle'; readonly rules: readonly number[] };

/** Sorts rules topologically. `begins` lists, per rule, the rules it can begin with. */
export function ruleOrder(begins: readonly (readonly number[])[]): RuleOrder {
  const nWaiting = new Array<number>(begins.length).fill(0);
  for (const first of begins.flat()) nWaiting[first]++;
  const order: number[] = [];
  // Removes rules that no other rule begins with, until none is left or a cycle remains.
  const ready = [...nWaiting.keys()].filter(rule => nWaiting[rule] === 0);
  for (let rule = ready.pop(); rule !== undefined; rule = ready.pop()) {
    order.push(rule);
    for (const first of begins[rule]) {
      nWaiting[first]--;
      if (nWaiting[first] === 0) ready.push(first);
    }
  }
  if (order.length === begins.length) return { kind: 'order', rules: order };
  return { kind: 'cycle', rules: cycleAmong(begins, new Set(order)) };
}

/** Follows predecessors outside `taken` until a rule repeats. */
function cycleAmong(begins: readonly (readonly number[])[], taken: ReadonlySet<number>): number[] {
  const before = new Map<number, number>();
  for (const [rule, firsts] of begins.entries()) {
    if (!taken.has(rule)) for (const first of firsts) before.set(first, rule);
  }
  const path = new Set<number>();
  let rule: number | undefined = before.keys().next().value;
  for (; rule !== undefined && !path.has(rule); rule = before.get(rule)) path.add(rule);
  const list = [...path];
  return rule === undefined ? list : list.slice(list.indexOf(rule)).reverse();
}
