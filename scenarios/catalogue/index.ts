/** The catalogue: every scenario by its id, and how to find one. */
import { chainReplicationScenarios } from './chain-replication.ts';
import { craqScenarios } from './craq.ts';
import { multiPaxosScenarios } from './multi-paxos.ts';
import { omniPaxosScenarios } from './omni-paxos.ts';
import type { Scenario } from './scenario.ts';
import { smallScenarios } from './small.ts';
import { viewstampedReplicationScenarios } from './viewstamped-replication.ts';

export { type FaultProfile, profiles } from './profiles.ts';
export type { DrawSettings, Scenario } from './scenario.ts';

const known: Scenario[] = [
  ...viewstampedReplicationScenarios,
  ...multiPaxosScenarios,
  ...chainReplicationScenarios,
  ...craqScenarios,
  ...omniPaxosScenarios,
  ...smallScenarios,
];

export const scenarios: readonly Scenario[] = known;

/** A user's own, from the start of a program on; the ids have to be new. */
export function registerScenarios(more: readonly Scenario[]): void {
  known.push(...more);
}

/** All of a protocol (`vr`), or one scenario (`vr/chaos`); none if nothing has that name. */
export function findScenarios(pattern: string): readonly Scenario[] {
  return scenarios.filter(({ id, protocol }) => id === pattern || protocol === pattern);
}
