import { assertNever } from '../../../util/assert.ts';
import { type Constraint, type Formula, fits, type Place, VALUE_TYPES, type ValueType } from './formula.ts';
import { not } from './negation.ts';

/** One way to fit a schema: the value has one of the types, and every constraint holds. */
export interface Alternative {
  readonly types: readonly ValueType[];
  /** True if the schema restricts the types; otherwise `types` lists all of them. */
  readonly isTyped: boolean;
  readonly constraints: readonly Constraint[];
}

/** Formula still to be expanded, with the schemas and scopes that enclose it. */
interface Pending {
  readonly formula: Formula;
  readonly within: readonly string[];
  readonly scopes: readonly string[];
}

type Choice = Pending & { readonly formula: Extract<Formula, { kind: 'or' | 'oneOf' }> };

interface Draft {
  types: readonly ValueType[];
  isTyped: boolean;
  readonly constraints: Set<Constraint>;
  readonly seen: Set<string>;
  readonly choices: Choice[];
}

export interface Expansion {
  /** Reads the demands of a schema. */
  readonly read: (place: Place) => Formula;
  /** True if no value fits both schemas. */
  readonly areApart: (a: Place, b: Place) => boolean;
  readonly onCycle: (place: Place) => void;
}

/** Limit of alternatives of one value. Independent choices multiply their numbers. */
const MAX_ALTERNATIVES = 1_000;

/** Lists all ways to fit several schemas at once; null if there are too many. */
export function expand(places: readonly Place[], expansion: Expansion): Alternative[] | null {
  const found: Alternative[] = [];
  return new Expander(expansion, found).run(places.map(pendingOf), newDraft()) ? found : null;
}

/** Returns the widest alternative: all choices are dropped. */
export function withoutChoices(places: readonly Place[], expansion: Expansion): Alternative[] {
  const draft = newDraft();
  const canFit = new Expander(expansion, []).settle(places.map(pendingOf), draft);
  return canFit ? [{ ...draft, constraints: [...draft.constraints] }] : [];
}

function newDraft(): Draft {
  return { types: VALUE_TYPES, isTyped: false, constraints: new Set(), seen: new Set(), choices: [] };
}

function pendingOf(place: Place): Pending {
  return { formula: fits(place), within: [], scopes: [] };
}

class Expander {
  readonly #expansion: Expansion;
  readonly #found: Alternative[];

  constructor(expansion: Expansion, found: Alternative[]) {
    this.#expansion = expansion;
    this.#found = found;
  }

  /** Collects the alternatives of `draft` combined with `pending`; returns false if there are too many. */
  run(pending: readonly Pending[], draft: Draft): boolean {
    if (!this.settle(pending, draft)) return true;
    const { types, isTyped, constraints, choices } = draft;
    const [choice, ...others] = choices;
    if (choice === undefined) {
      this.#found.push({ types, isTyped, constraints: [...constraints] });
      return this.#found.length <= MAX_ALTERNATIVES;
    }
    return this.#branches(choice.formula).every(formula =>
      this.run([{ ...choice, formula }], {
        types,
        isTyped,
        constraints: new Set(constraints),
        seen: new Set(draft.seen),
        choices: [...others],
      }),
    );
  }

  /** Adds the demands of `pending` to `draft` and leaves its choices open. Returns false if no value can fit. */
  settle(pending: readonly Pending[], draft: Draft): boolean {
    const stack = [...pending].reverse();
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const { formula, within, scopes } = at;
      switch (formula.kind) {
        case 'and':
          stack.push(...formula.parts.map(part => ({ formula: part, within, scopes })).reverse());
          break;
        case 'or':
          if (formula.parts.length === 0) return false;
          if (formula.parts.length === 1) stack.push({ formula: formula.parts[0], within, scopes });
          else draft.choices.push({ formula, within, scopes });
          break;
        case 'oneOf':
          draft.choices.push({ formula, within, scopes });
          break;
        case 'scope':
          stack.push({ formula: formula.part, within, scopes: [...scopes, formula.path] });
          break;
        case 'schema': {
          const key = placeKey(formula.place);
          if (within.includes(key)) this.#expansion.onCycle(formula.place);
          if (within.includes(key) || (draft.seen.has(key) && scopes.length === 0)) break;
          draft.seen.add(key);
          stack.push({ formula: this.#expansion.read(formula.place), within: [...within, key], scopes });
          break;
        }
        case 'constraint':
          if (!addConstraint(formula.constraint, scopes, draft)) return false;
          break;
        default:
          assertNever(formula);
      }
    }
    return true;
  }

  #branches(formula: Choice['formula']): readonly Formula[] {
    if (formula.kind === 'or') return formula.parts;
    const { places, isNegated } = formula;
    const { areApart } = this.#expansion;
    if (!isNegated) {
      return places.map((place, i) => {
        const others = places.filter((other, j) => j !== i && !areApart(place, other));
        return { kind: 'and', parts: [fits(place), ...others.map(other => not(fits(other)))] };
      });
    }
    const none: Formula = { kind: 'and', parts: places.map(place => not(fits(place))) };
    const pairs = places.flatMap((a, i) => places.slice(i + 1).map(b => [a, b] as const));
    const several = pairs
      .filter(([a, b]) => !areApart(a, b))
      .map((pair): Formula => ({ kind: 'and', parts: pair.map(fits) }));
    return [none, ...several];
  }
}

function addConstraint(constraint: Constraint, scopes: readonly string[], draft: Draft): boolean {
  if (constraint.kind === 'types') {
    draft.types = draft.types.filter(type => constraint.types.includes(type));
    draft.isTyped = true;
    return draft.types.length > 0;
  }
  const isScoped = scopes.length > 0 && (constraint.kind === 'members' || constraint.kind === 'items');
  draft.constraints.add(isScoped ? { ...constraint, scopes } : constraint);
  return true;
}

export function placeKey({ path, isNegated }: Place): string {
  return isNegated ? `!${path}` : path;
}
