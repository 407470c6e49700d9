/** Everything that can be run: protocols, the state machines they replicate, and planted bugs. */
import type { Mutant, Protocol, StateMachine } from '../sim/contract.ts';
import { chainReplication } from './chain-replication/index.ts';
import { mutants as chainMutants } from './chain-replication/mutants.ts';
import { craq } from './craq/index.ts';
import { mutants as craqMutants } from './craq/mutants.ts';
import { multiPaxos } from './multi-paxos/index.ts';
import { mutants as paxosMutants } from './multi-paxos/mutants.ts';
import { omniPaxos } from './omni-paxos/index.ts';
import { mutants as omniMutants } from './omni-paxos/mutants.ts';
import { machines as builtInMachines } from './state-machines/index.ts';
import { mutants as machineMutants } from './state-machines/mutants.ts';
import { thinChain } from './thin-chain/index.ts';
import { unreplicated } from './unreplicated/index.ts';
import { viewstampedReplication } from './viewstamped-replication/index.ts';
import { mutants as vrMutants } from './viewstamped-replication/mutants.ts';

const knownProtocols: Protocol[] = [
  viewstampedReplication,
  multiPaxos,
  chainReplication,
  craq,
  omniPaxos,
  unreplicated,
  thinChain,
];

const knownMutants: Mutant[] = [
  ...vrMutants,
  ...paxosMutants,
  ...chainMutants,
  ...craqMutants,
  ...omniMutants,
  ...machineMutants,
];

const knownMachines: StateMachine[] = [...builtInMachines];

export const protocols: readonly Protocol[] = knownProtocols;
export const mutants: readonly Mutant[] = knownMutants;
export const machines: readonly StateMachine[] = knownMachines;

/** What a user brings along, from the start of a program on; the names have to be new. */
export interface Additions {
  readonly protocols: readonly Protocol[];
  readonly machines: readonly StateMachine[];
  readonly mutants: readonly Mutant[];
}

export function register(additions: Additions): void {
  knownProtocols.push(...additions.protocols);
  knownMachines.push(...additions.machines);
  knownMutants.push(...additions.mutants);
}
