/**
 * As much work as a group can do: each message keeps its server busy, and clients ask again as soon
 * as they are answered. For comparisons of throughput; nothing goes wrong.
 */
import { ifKnown, placesOf } from './places.ts';
import type { FaultProfile } from './profiles.ts';
import { defineScenario, MILLISECOND, type Scenario, scripted, type World } from './scenario.ts';

const MS = MILLISECOND;

/** Messages are short on their way: what clients wait for is the servers. */
const NEAR: FaultProfile = {
  name: 'near',
  about: 'no faults; delays of 50 to 150 µs',
  draw: () => ({ network: { delay: { kind: 'uniform', min: 50, spread: 100 } } }),
};
/** A server handles 10,000 messages a second. */
const SERVICE_TIME = 100;
/** By then everybody has found a leader, and has its leases. */
const SETTLED = 200 * MS;
const ASKING = 100 * MS;
const CLIENTS = 32;
/** More than seven servers can do in that time. */
const OPERATIONS = 8_000;
/** Longer than anybody waits for an answer that is not lost: none is. */
const RETRY = 1_000 * MS;

const CASES: readonly { readonly what: string; readonly mix: NonNullable<World['mix']> }[] = [
  { what: 'reads', mix: { get: 100 } },
  { what: 'writes', mix: { put: 100 } },
  { what: 'mixed', mix: { get: 90, put: 10 } },
];

/** Three scenarios: reads, writes, and nine reads to each write. */
export function saturated(protocol: string): readonly Scenario[] {
  return CASES.map(({ what, mix }) =>
    defineScenario({
      protocol,
      name: `saturated-${what}`,
      title: `Saturated: ${what === 'mixed' ? 'nine reads to each write' : `${what} alone`}`,
      about: 'clients in closed loops, and a message keeps its replica busy for 100 µs',
      expects: 'as many answers as the busiest server can give; compare measures them',
      world: (stream, { replicas: asked }) =>
        scripted(stream, [], {
          replicas: placesOf(protocol, {}, { usual: 3, asked }).replicas,
          clients: CLIENTS,
          operations: OPERATIONS,
          keys: 16,
          mix,
          span: SETTLED + ASKING,
          asksFrom: SETTLED,
          busyFor: 0,
          isCut: true,
          serviceTime: SERVICE_TIME,
          profile: NEAR,
          fixed: ifKnown(protocol, 'clientRetry', RETRY),
        }),
    }),
  );
}
