/** What a spec in a file must look like; `saved-files.ts` turns what is wrong into messages. */
import { z } from 'zod';
import { normaliseSeed, SEED_RULE } from '../scenarios/seeds.ts';
import { type RunSpec, SPEC_FORMAT } from '../scenarios/spec.ts';
import type { PlannedFault } from '../sim/plan.ts';
import {
  CLIENTS_MAX,
  EVENTS_MAX,
  FAULTS_MAX,
  MICROS_MAX,
  OPERATIONS_MAX,
  REPLICAS_MAX,
} from './limits.ts';

const whole = z.int().min(0);
const micros = whole.max(MICROS_MAX);
const faults = whole.max(FAULTS_MAX).exactOptional();
const rate = z.int().min(0).max(1_000_000);
const node = z.union([whole, z.literal('it')]);
const optional = { lasts: micros.exactOptional() };

const partition = { fault: z.literal('partition'), groups: z.array(z.array(node)), ...optional };
const oneWay = { fault: z.literal('one-way'), from: z.array(node), to: z.array(node), ...optional };
const slow = {
  fault: z.literal('slow'),
  from: z.array(node),
  to: z.array(node),
  by: micros,
  ...optional,
};
const crash = {
  fault: z.literal('crash'),
  node,
  staysDown: z.boolean().exactOptional(),
  ...optional,
};
const pause = { fault: z.literal('pause'), node, ...optional };
const clientCrash = { fault: z.literal('client-crash'), client: whole, ...optional };

const trigger = {
  at: micros.exactOptional(),
  when: z
    .strictObject({
      mark: z.string(),
      node: whole.exactOptional(),
      nth: z.int().min(1),
      after: micros,
    })
    .exactOptional(),
};

const fault = z
  .discriminatedUnion('fault', [
    z.strictObject({ ...partition, ...trigger }),
    z.strictObject({ ...oneWay, ...trigger }),
    z.strictObject({ ...slow, ...trigger }),
    z.strictObject({ ...crash, ...trigger }),
    z.strictObject({ ...pause, ...trigger }),
    z.strictObject({ ...clientCrash, ...trigger }),
  ])
  .transform((entry, context): PlannedFault => {
    const { at, when, ...what } = entry;
    if (at !== undefined && when === undefined) return { at, ...what };
    if (when !== undefined && at === undefined) return { when, ...what };
    context.addIssue('expected either `at` (a time) or `when` (a mark), and not both');
    return z.NEVER;
  });

const operation = z.strictObject({ at: micros, client: whole, operation: z.json() });

const plan = z.strictObject({
  faults: z.array(fault),
  operations: z.array(operation).max(OPERATIONS_MAX),
});

const fateOverride = z.strictObject({
  from: whole,
  to: whole,
  type: z.string(),
  ordinal: whole,
  drop: z.boolean().exactOptional(),
  corrupt: z.boolean().exactOptional(),
  delay: micros.exactOptional(),
  duplicate: micros.exactOptional(),
});

const delay = z.strictObject({
  kind: z.enum(['fixed', 'uniform', 'exponential', 'heavy-tail']),
  min: micros,
  spread: micros,
});

const network = z.strictObject({
  delay,
  calmDelay: delay.exactOptional(),
  drop: rate,
  duplicate: rate,
  corrupt: rate,
  reorder: rate,
  reorderBy: micros,
  overrides: z.array(fateOverride).exactOptional(),
});

const kinds = z.strictObject({
  partition: faults,
  'one-way': faults,
  slow: faults,
  crash: faults,
  pause: faults,
  'client-crash': faults,
});

const faultConfig = z
  .strictObject({
    kinds,
    lastsMin: micros,
    lastsMax: micros,
    targeted: z.int().min(0).max(100),
  })
  .refine(({ lastsMin, lastsMax }) => lastsMin <= lastsMax, {
    path: ['lastsMin'],
    error: 'expected at most lastsMax',
  });

const disk = z
  .strictObject({
    latencyMin: micros,
    latencyMax: micros,
    torn: rate,
    stall: rate.exactOptional(),
    stallBy: micros.exactOptional(),
  })
  .refine(({ latencyMin, latencyMax }) => latencyMin <= latencyMax, {
    path: ['latencyMin'],
    error: 'expected at most latencyMax',
  });

/** `RunSpec` of `scenarios/spec.ts`. */
export const specSchema: z.ZodType<RunSpec> = z.strictObject({
  format: z.literal(SPEC_FORMAT),
  scenario: z.string(),
  protocol: z.string(),
  mutant: z.string().exactOptional(),
  seed: z.string().refine((seed) => normaliseSeed(seed) === seed, { error: SEED_RULE }),
  streams: whole,
  replicas: z.int().min(1).max(REPLICAS_MAX),
  clients: whole.max(CLIENTS_MAX),
  options: z.record(z.string(), z.union([z.boolean(), z.number(), z.string()])),
  machine: z.string(),
  network,
  disk,
  clock: z.strictObject({ offset: micros, drift: rate }),
  ending: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('quiet'), healAt: micros }),
    z.strictObject({ kind: z.literal('cut'), at: micros }),
  ]),
  bounds: z.strictObject({
    events: whole.max(EVENTS_MAX),
    queue: whole.max(EVENTS_MAX),
    time: micros,
  }),
  workload: z.strictObject({
    operations: whole.max(OPERATIONS_MAX),
    keys: whole.max(OPERATIONS_MAX),
    thinkTime: micros,
    mix: z.record(z.string(), rate),
  }),
  faults: faultConfig,
  plan: plan.exactOptional(),
  expect: z
    .strictObject({
      marks: z.array(z.string()).exactOptional(),
      noReturnsAfter: micros.exactOptional(),
    })
    .exactOptional(),
  oracles: z.array(z.string()).exactOptional(),
  shuffleTies: z.boolean(),
  withinClaims: z.boolean(),
  paranoid: z.boolean(),
});
