/**
 * All kinds of faults in every seed, at drawn times: what most fuzzers of distributed systems do,
 * and what the swarm is measured against.
 */
import { faultKinds } from '../../sim/fault.ts';
import type { Stream } from '../../sim/streams.ts';
import type { FaultConfig } from '../spec.ts';
import type { GenericSettings } from './generic.ts';
import { drawDelays, type FaultProfile, lossy } from './profiles.ts';
import { defineScenario, drawReplicas, MILLISECOND, SAFE, type Scenario } from './scenario.ts';

/** Rate of messages that are lost, and about that of the other misfortunes of messages. */
const LOSSES = 100_000;
/** Faults of one kind in one run. */
const COUNT_MAX = 2;

export function uniform(settings: GenericSettings): Scenario {
  const beyond = settings.beyond ?? [];
  const kinds = faultKinds.filter((kind) => !beyond.includes(kind));
  return defineScenario({
    protocol: settings.protocol,
    name: 'uniform',
    title: 'Everything, everywhere',
    about: 'all kinds of faults in every seed, at drawn times',
    expects: SAFE,
    world: (stream, request) => ({
      replicas: drawReplicas(stream, settings.replicas, request),
      clients: stream.between(2, 6),
      operations: stream.between(40, 120),
      span: stream.between(200, 600) * MILLISECOND,
      keys: stream.between(1, 3),
      sequential: 'drawn',
      options: settings.options(stream),
      profile: profileOf(kinds),
    }),
  });
}

function profileOf(kinds: readonly (keyof FaultConfig['kinds'])[]): FaultProfile {
  return {
    name: 'uniform',
    about: 'all kinds of faults',
    draw: (stream: Stream, span: number) => ({
      network: { ...lossy(stream, LOSSES), delay: drawDelays(stream) },
      clock: { offset: stream.below(50 * MILLISECOND), drift: stream.below(100_000) },
      disk: { latencyMin: 20, latencyMax: 2 * MILLISECOND, torn: 300_000 },
      faults: {
        kinds: Object.fromEntries(kinds.map((kind) => [kind, stream.between(1, COUNT_MAX)])),
        lastsMin: MILLISECOND,
        lastsMax: Math.floor(span / 3),
        targeted: 0,
      },
      shuffleTies: true,
    }),
  };
}
