/** What a fault in a file must look like: every kind of `sim/fault.ts`, and when it strikes. */
import { z } from 'zod';
import { BEHAVIOURS, faultKinds } from '../sim/fault.ts';
import type { PlannedFault } from '../sim/plan.ts';
import { quoted } from './given.ts';
import { didYouMean } from './hints.ts';
import { MICROS_MAX } from './limits.ts';

const whole = z.int().min(0);
const micros = whole.max(MICROS_MAX);
const rate = whole.max(1_000_000);
/** Of a node or a client. The world says whether there is such a one: see `checkPlan`. */
const number = z.int();
const node = z.union([number, z.literal(['it', 'leader'])], {
  error: 'expected the number of a node, "it" or "leader"',
});
const nodes = z.array(node);
const groups = z.array(nodes);
const value = z.union([z.boolean(), z.number(), z.string()], {
  error: 'expected true, false, a number or a word',
});
/** A clock that loses a million parts per million stands still, and `clock-freeze` says so. */
const drift = z.int().min(-900_000).max(1_000_000);

const trigger = {
  at: micros.exactOptional(),
  when: z
    .strictObject({
      mark: z.string(),
      node: number.exactOptional(),
      nth: z.int().min(1),
      after: micros,
    })
    .exactOptional(),
  lasts: micros.exactOptional(),
};

const kinds = z.discriminatedUnion(
  'fault',
  [
    z.strictObject({ fault: z.literal('partition'), groups, ...trigger }),
    z.strictObject({ fault: z.literal('one-way'), from: nodes, to: nodes, ...trigger }),
    z.strictObject({ fault: z.literal('bridge'), node, groups, ...trigger }),
    z.strictObject({ fault: z.literal('ring'), order: nodes, ...trigger }),
    z.strictObject({ fault: z.literal('chained'), order: nodes, ...trigger }),
    z.strictObject({ fault: z.literal('quorum-loss'), node, ...trigger }),
    z.strictObject({
      fault: z.literal('constrained-election'),
      node,
      leader: node,
      lag: micros,
      ...trigger,
    }),
    z.strictObject({ fault: z.literal('flapping'), groups, period: micros.min(1), ...trigger }),
    z.strictObject({ fault: z.literal('slow'), from: nodes, to: nodes, by: micros, ...trigger }),
    z.strictObject({ fault: z.literal('clog'), from: nodes, to: nodes, ...trigger }),
    z.strictObject({
      fault: z.literal('crash'),
      node,
      staysDown: z.boolean().exactOptional(),
      ...trigger,
    }),
    z.strictObject({ fault: z.literal('amnesia'), node, ...trigger }),
    z.strictObject({ fault: z.literal('pause'), node, ...trigger }),
    z.strictObject({ fault: z.literal('slow-node'), node, by: micros, ...trigger }),
    z.strictObject({
      fault: z.literal('rolling-restart'),
      order: nodes,
      down: micros,
      up: micros,
      ...trigger,
    }),
    z.strictObject({
      fault: z.literal('version-change'),
      node,
      mutant: z.string().exactOptional(),
      options: z.record(z.string(), value).exactOptional(),
      ...trigger,
    }),
    z.strictObject({ fault: z.literal('write-error'), node, ...trigger }),
    z.strictObject({ fault: z.literal('read-error'), node, place: rate, ...trigger }),
    z.strictObject({ fault: z.literal('bit-rot'), node, place: rate, ...trigger }),
    z.strictObject({ fault: z.literal('misdirected-write'), node, place: rate, ...trigger }),
    z.strictObject({ fault: z.literal('lying-fsync'), node, ...trigger }),
    z.strictObject({ fault: z.literal('disk-full'), node, ...trigger }),
    z.strictObject({ fault: z.literal('slow-disk'), node, by: micros, ...trigger }),
    z.strictObject({ fault: z.literal('clock-jump'), node, by: micros, ...trigger }),
    z.strictObject({ fault: z.literal('clock-drift'), node, rate: drift, ...trigger }),
    z.strictObject({ fault: z.literal('clock-freeze'), node, ...trigger }),
    z.strictObject({ fault: z.literal('client-crash'), client: number, ...trigger }),
    z.strictObject({
      fault: z.literal('duplicate-request'),
      client: number,
      by: micros,
      ...trigger,
    }),
    z.strictObject({ fault: z.literal('wrong-node'), client: number, shift: whole, ...trigger }),
    z.strictObject({
      fault: z.literal('impatience'),
      client: number,
      factor: z.int().min(1).max(1_000),
      ...trigger,
    }),
    z.strictObject({
      fault: z.literal('byzantine'),
      node,
      behaviour: z.enum(BEHAVIOURS),
      to: nodes,
      rate,
      by: micros,
      ...trigger,
    }),
    z.strictObject({ fault: z.literal('reconfigure'), members: nodes, ...trigger }),
  ],
  { error: ({ input }) => unknownKind(input) },
);

/** A fault of a plan: strikes at a time or at a mark. */
export const faultSchema: z.ZodType<PlannedFault> = kinds.transform(
  (entry, context): PlannedFault => {
    const { at, when, ...what } = entry;
    if (at !== undefined && when === undefined) return { at, ...what };
    if (when !== undefined && at === undefined) return { when, ...what };
    context.addIssue('expected either `at` (a time) or `when` (a mark), and not both');
    return z.NEVER;
  },
);

/** The fields that each kind has of its own; a `?` follows one that may be left out. */
export const FAULT_FIELDS: ReadonlyMap<string, readonly string[]> = new Map(
  kinds.options.map(({ shape }) => [
    shape.fault.value,
    Object.entries(shape)
      .filter(([field]) => field !== 'fault' && !(field in trigger))
      .map(([field, type]) => (type._zod.optin === 'optional' ? `${field}?` : field)),
  ]),
);

function unknownKind(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const kind = 'fault' in input ? input.fault : undefined;
  const found = typeof kind === 'string' ? `unknown ${quoted(kind)}` : 'expected a kind of fault';
  const hint = typeof kind === 'string' ? didYouMean(kind, faultKinds) : '';
  return `${found}${hint || '; see quorumlab list faults'}`;
}
