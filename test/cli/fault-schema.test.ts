/** Faults in files: read as they were written, and what is wrong is told with its place. */
import { describe, expect, it } from 'vitest';
import { faultSchema } from '../../cli/fault-schema.ts';
import { type Fault, faultKinds } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { KINDS } from '../sim/every-fault.ts';

const AT = { at: 5_000, lasts: 70 };
const WHEN = { when: { mark: 'elected', node: 2, nth: 3, after: 40 } };

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The places of what is wrong with it. */
function placesOf(value: unknown): string[] {
  const { error } = faultSchema.safeParse(throughJson(value));
  return (error?.issues ?? []).map(({ path }) => path.join('.'));
}

/** More of each kind than one example shows. */
const MORE: readonly Fault[] = [
  { fault: 'crash', node: 'leader', staysDown: true },
  { fault: 'version-change', node: 1, mutant: 'VR-9', options: { a: true, b: 3, c: 'd' } },
  { fault: 'partition', groups: [['it', 3], [], [0]] },
  { fault: 'clock-drift', node: 0, rate: -900_000 },
];

const FAULTS: readonly Fault[] = [...faultKinds.map((kind) => KINDS[kind].fault), ...MORE];

describe.each(FAULTS)('a fault in a file: $fault', (fault) => {
  it('is read as it was written, with a time or with a mark', () => {
    for (const trigger of [AT, WHEN]) {
      const planned = { ...trigger, ...fault };
      expect(faultSchema.parse(throughJson(planned))).toEqual(planned);
    }
  });

  it('has all the fields of its kind: one that is missing is named', () => {
    for (const field of Object.keys(fault)) {
      if (field === 'fault' || OPTIONAL.includes(field)) continue;
      const { [field]: _, ...rest }: { [name: string]: unknown } = { ...AT, ...fault };
      expect([field, placesOf(rest)]).toEqual([field, [field]]);
    }
  });

  it('has fields of the right type: one of another is named', () => {
    for (const field of Object.keys({ ...AT, ...fault })) {
      const wrong = { ...AT, ...fault, [field]: { not: { this: 1 } } };
      const [place] = placesOf(wrong);
      expect([field, place?.split('.')[0]]).toEqual([field, field]);
    }
  });

  it('has no fields of another kind', () => {
    expect(placesOf({ ...AT, ...fault, sides: 3 })).toEqual(['']);
    expect(faultSchema.safeParse({ ...AT, ...fault, sides: 3 }).error?.message).toContain('sides');
  });

  it('strikes at a time or at a mark, not both and not neither', () => {
    const { error } = faultSchema.safeParse(fault);
    expect(error?.issues[0]?.message).toContain('expected either `at` (a time) or `when` (a mark)');
    expect(faultSchema.safeParse({ ...AT, ...WHEN, ...fault }).success).toBe(false);
  });
});

const OPTIONAL = ['staysDown', 'mutant', 'options', 'lasts'];

describe('a fault in a file is refused', () => {
  it.each<[unknown, string]>([
    [{ fault: 'partitoin', groups: [[0], [1]] }, 'fault'],
    [{ fault: 'crash', node: 0.5 }, 'node'],
    [{ fault: 'client-crash', client: 0.5 }, 'client'],
    [{ fault: 'crash', node: 'them' }, 'node'],
    [{ fault: 'crash', node: 0, lasts: -1 }, 'lasts'],
    [{ fault: 'crash', node: 0, lasts: 0.5 }, 'lasts'],
    [{ fault: 'bit-rot', node: 0, place: 1_000_001 }, 'place'],
    [{ fault: 'flapping', groups: [[0], [1]], period: 0 }, 'period'],
    [{ fault: 'clock-drift', node: 0, rate: -1_000_000 }, 'rate'],
    [{ fault: 'clock-jump', node: 0, by: -5 }, 'by'],
    [{ fault: 'impatience', client: 0, factor: 0 }, 'factor'],
    [{ ...KINDS.byzantine.fault, behaviour: 'lie' }, 'behaviour'],
    [{ fault: 'partition', groups: [[0], [1, 'x']] }, 'groups.1.1'],
    [{ fault: 'ring', order: [0, 1.5] }, 'order.1'],
  ])('with its place: %j', (fault, place) => {
    expect(placesOf({ at: 0, ...Object(fault) })).toEqual([place]);
  });

  it.each([
    [{ mark: 'elected', nth: 0, after: 0 }, 'when.nth'],
    [{ mark: 'elected', nth: 1 }, 'when.after'],
    [{ mark: 'elected', nth: 1, after: 0, nod: 3 }, 'when'],
  ])('with a trigger that is none: %j', (when, place) => {
    expect(placesOf({ when, fault: 'crash', node: 'it' })).toEqual([place]);
  });
});

it('every fault that a plan may hold has a type that a file can have', () => {
  const kinds = faultKinds.map((kind): PlannedFault['fault'] => {
    return faultSchema.parse({ at: 0, ...KINDS[kind].fault }).fault;
  });
  expect(kinds).toEqual(faultKinds);
});
