/** What a spec in a file must look like; `saved-files.ts` turns what is wrong into messages. */
import { z } from 'zod';
import { normaliseSeed, SEED_RULE } from '../scenarios/seeds.ts';
import {
  alteringSettings,
  type FaultConfig,
  type RunSpec,
  SPEC_FORMAT,
} from '../scenarios/spec.ts';
import { faultKinds } from '../sim/fault.ts';
import type { Plain } from '../sim/plain.ts';
import type { Ending, NetworkConfig } from '../sim/plan.ts';
import { faultSchema } from './fault-schema.ts';
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
const rate = z.int().min(0).max(1_000_000);

const operation = z.strictObject({
  at: micros,
  // Whether there is such a client depends on the world, and is checked with it.
  client: z.int(),
  operation: z.custom<Plain>(isPlain),
  level: z.enum(['sequential', 'eventual', 'bounded']).exactOptional(),
  // Whether there is such a replica depends on the world as well.
  via: z.int().exactOptional(),
});

const plan = z.strictObject({
  faults: z.array(faultSchema),
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

/** What messages meet. */
export const network: z.ZodType<NetworkConfig> = z.strictObject({
  delay,
  calmDelay: delay.exactOptional(),
  drop: rate,
  duplicate: rate,
  corrupt: rate,
  reorder: rate,
  reorderBy: micros,
  replay: rate.exactOptional(),
  replayBy: micros.exactOptional(),
  overrides: z.array(fateOverride).exactOptional(),
});

const kinds: z.ZodType<FaultConfig['kinds']> = z.partialRecord(
  z.enum(faultKinds),
  whole.max(FAULTS_MAX),
);

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

const options = z.record(z.string(), z.union([z.boolean(), z.number(), z.string()]));

/** How a run ends. */
export const ending: z.ZodType<Ending> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('quiet'),
    healAt: micros,
    core: z.array(whole).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('cut'), at: micros }),
]);

const returnWindow = z.strictObject({
  about: z.string().exactOptional(),
  from: micros,
  until: micros,
  clients: z.array(whole).exactOptional(),
  kind: z.enum(['reads', 'writes']).exactOptional(),
  level: z.enum(['linearizable', 'sequential', 'eventual', 'bounded']).exactOptional(),
  atLeast: whole.exactOptional(),
  atMost: whole.exactOptional(),
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
  options,
  machine: z.string(),
  network,
  disk,
  clock: z.strictObject({ offset: micros, drift: rate }),
  serviceTime: micros.min(1).exactOptional(),
  ending,
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
    sequential: z.int().min(0).max(100).exactOptional(),
    eventual: z.int().min(0).max(100).exactOptional(),
    bounded: z.int().min(0).max(100).exactOptional(),
  }),
  faults: faultConfig,
  plan: plan.exactOptional(),
  expect: z
    .strictObject({
      marks: z.array(z.string()).exactOptional(),
      noReturnsAfter: micros.exactOptional(),
      windows: z.array(returnWindow).exactOptional(),
    })
    .exactOptional(),
  unjudged: z
    .array(z.strictObject({ setting: z.enum(alteringSettings), value: z.string() }))
    .exactOptional(),
  oracles: z.array(z.string()).exactOptional(),
  shuffleTies: z.boolean(),
  withinClaims: z.boolean(),
  paranoid: z.boolean(),
  rekey: z
    .strictObject({ event: whole, seed: z.string(), network: network.exactOptional() })
    .exactOptional(),
});

/**
 * Whether JSON can say it. By `z.json()`, which is recursive, zod would remember every object of
 * the spec in case it holds itself, and take five times as long.
 */
function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || Object.values(value).every(isPlain);
    default:
      return false;
  }
}
