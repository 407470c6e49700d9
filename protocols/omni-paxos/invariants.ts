/**
 * The named safety claims of OmniPaxos, checked after every event at a server. The order counts:
 * the first of a file tell the shared ghost what those after them ask.
 */
import type { Invariant } from '../../sim/contract.ts';
import { ballotInvariants } from './ballot-invariants.ts';
import { configurationInvariants } from './configuration-invariants.ts';
import { leaseInvariants } from './lease-invariants.ts';
import { logInvariants } from './log-invariants.ts';
import { readInvariants } from './read-invariants.ts';
import type { OmniState } from './state.ts';

const [oneConfigurationPerNumber, ...otherConfigurationInvariants] = configurationInvariants;

export const invariants: readonly Invariant<OmniState>[] = [
  // Who votes where has to be known before what they have decided is judged.
  oneConfigurationPerNumber,
  ...logInvariants,
  ...otherConfigurationInvariants,
  ...ballotInvariants,
  ...leaseInvariants,
  ...readInvariants,
];
