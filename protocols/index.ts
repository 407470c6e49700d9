/** Everything that can be run: protocols, the state machines they replicate, and planted bugs. */
import type { Mutant, Protocol } from '../sim/contract.ts';
import { chainReplication } from './chain-replication/index.ts';
import { mutants as chainMutants } from './chain-replication/mutants.ts';
import { multiPaxos } from './multi-paxos/index.ts';
import { mutants as paxosMutants } from './multi-paxos/mutants.ts';
import { mutants as machineMutants } from './state-machines/mutants.ts';
import { thinChain } from './thin-chain/index.ts';
import { unreplicated } from './unreplicated/index.ts';
import { viewstampedReplication } from './viewstamped-replication/index.ts';
import { mutants as vrMutants } from './viewstamped-replication/mutants.ts';

export { machines } from './state-machines/index.ts';

export const protocols: readonly Protocol[] = [
  viewstampedReplication,
  multiPaxos,
  chainReplication,
  unreplicated,
  thinChain,
];

export const mutants: readonly Mutant[] = [
  ...vrMutants,
  ...paxosMutants,
  ...chainMutants,
  ...machineMutants,
];
