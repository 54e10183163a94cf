import { assertNever } from '../../../util/assert.ts';
import {
  ANYTHING,
  type Constraint,
  type Demand,
  type Formula,
  fits,
  type Items,
  type Members,
  negated,
  type Place,
  typesOf,
  VALUE_TYPES,
} from './formula.ts';
import type { Count } from './notation.ts';

type Say = (demand: Demand) => Formula;

/** Negates a formula. */
export function not(formula: Formula): Formula {
  switch (formula.kind) {
    case 'and':
    case 'or':
      return { kind: formula.kind === 'and' ? 'or' : 'and', parts: formula.parts.map(not) };
    case 'schema':
      return fits(negated(formula.place));
    case 'oneOf':
      return { ...formula, isNegated: !formula.isNegated };
    case 'scope':
      return { ...formula, part: not(formula.part) };
    case 'constraint':
      return notConstraint(formula.constraint);
    default:
      return assertNever(formula);
  }
}

function notConstraint(constraint: Constraint): Formula {
  const { keyword, path } = constraint;
  const say: Say = demand => ({ kind: 'constraint', constraint: { ...demand, keyword, path } });
  if (constraint.kind === 'not') return { kind: 'constraint', constraint: constraint.constraint };
  if (constraint.kind === 'values') return say({ kind: 'not', constraint });
  const types = VALUE_TYPES.filter(type => !typesOf(constraint).includes(type));
  if (constraint.kind === 'types') {
    return say({ kind: 'types', types: VALUE_TYPES.filter(type => !constraint.types.includes(type)) });
  }
  // A constraint applies only to its own types, so a value of another type never violates it.
  const spoken = VALUE_TYPES.filter(type => !types.includes(type));
  return {
    kind: 'and',
    parts: [say({ kind: 'types', types: spoken }), { kind: 'or', parts: violations(constraint, say) }],
  };
}

/** All ways in which a value of the constraint's types can violate it. */
function violations(constraint: Constraint, say: Say): Formula[] {
  switch (constraint.kind) {
    case 'bound': {
      const { side, isExclusive } = constraint;
      return [say({ ...constraint, side: side === 'min' ? 'max' : 'min', isExclusive: !isExclusive })];
    }
    case 'length':
    case 'count':
    case 'size':
      return otherCounts(constraint.count).map(count => say({ kind: constraint.kind, count }));
    case 'contains':
      return otherCounts(constraint.count).map(count =>
        count.max === 0
          ? say({ kind: 'items', prefix: [], rest: negated(constraint.place) })
          : say({ kind: 'contains', place: constraint.place, count }),
      );
    case 'required':
    case 'absent':
      return [say({ kind: constraint.kind === 'absent' ? 'required' : 'absent', name: constraint.name })];
    case 'items':
      return wrongItems(constraint, say);
    case 'members':
      return wrongMembers(constraint, say);
    case 'types':
    case 'values':
    case 'multiple':
    case 'pattern':
    case 'format':
    case 'unique':
    case 'names':
    case 'unevaluated':
    case 'not':
      return [say({ kind: 'not', constraint })];
    default:
      return assertNever(constraint);
  }
}

function otherCounts({ min, max }: Count): Count[] {
  const below = min > 0 ? [{ min: 0, max: min - 1 }] : [];
  const above = max < Number.POSITIVE_INFINITY ? [{ min: max + 1, max: Number.POSITIVE_INFINITY }] : [];
  return [...below, ...above];
}

function wrongItems(constraint: Constraint & Items, say: Say): Formula[] {
  const { prefix, rest } = constraint;
  const wrong = prefix.map((place, i): Formula => {
    const before = new Array<Place>(i).fill(ANYTHING);
    const count = { min: i + 1, max: Number.POSITIVE_INFINITY };
    const item = say({ kind: 'items', prefix: [...before, negated(place)], rest: ANYTHING });
    return { kind: 'and', parts: [say({ kind: 'count', count }), item] };
  });
  if (rest === null) return wrong;
  const one = { min: 1, max: Number.POSITIVE_INFINITY };
  const later =
    prefix.length === 0
      ? say({ kind: 'contains', place: negated(rest), count: one })
      : say({ kind: 'not', constraint: { ...constraint, prefix: prefix.map(() => ANYTHING) } });
  return [...wrong, later];
}

function wrongMembers(constraint: Constraint & Members, say: Say): Formula[] {
  const { properties, patterns, additional } = constraint;
  const none = { kind: 'members', patterns: new Map(), additional: null, isList: false } as const;
  const wrong = [...properties].map(([name, place]): Formula => {
    const member = say({ ...none, properties: new Map([[name, negated(place)]]) });
    return { kind: 'and', parts: [say({ kind: 'required', name }), member] };
  });
  if (patterns.size === 0 && additional === null) return wrong;
  // Named properties are no longer restricted, whatever their values.
  const known = new Map([...properties.keys()].map(name => [name, ANYTHING] as const));
  return [...wrong, say({ kind: 'not', constraint: { ...constraint, properties: known } })];
}
