/** Either every rule before those that it begins with, or rules of which each begins with the next, the last with the first. */
export type RuleOrder =
  | { readonly kind: 'order'; readonly rules: readonly number[] }
  | { readonly kind: 'cycle'; readonly rules: readonly number[] };

/** `begins`: for each rule, those with which it can begin. */
export function ruleOrder(begins: readonly (readonly number[])[]): RuleOrder {
  const nWaiting = new Array<number>(begins.length).fill(0);
  for (const first of begins.flat()) nWaiting[first]++;
  const order: number[] = [];
  // Rules that nothing begins with are taken away until none is left, or a cycle.
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

/** Goes backwards from a rule that was not `taken`, each time to another that begins with it, until one comes again. */
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
