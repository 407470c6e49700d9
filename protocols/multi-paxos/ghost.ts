/**
 * What an all-seeing observer remembers of a run, for the invariants: what was accepted in which
 * ballot, and what was decided. Kept up to date at a cost that follows the change.
 *
 * An acceptor keeps of each slot only the pvalue of the highest ballot, so what is on the nodes now
 * need not show that a quorum has ever accepted the same pvalue (§4.1): the observer remembers.
 */
import type { ClusterView, NodeId } from '../../sim/contract.ts';
import { type Ballot, ballotName, leaderOf, NO_BALLOT } from './ballot.ts';
import type { Command, PValue } from './messages.ts';
import { type PaxosOptions, phase2QuorumFor, readOptions } from './options.ts';
import { endOf, FIRST_SLOT, valueAt } from './slots.ts';
import type { PaxosState } from './state.ts';

export interface Decided {
  readonly command: Command;
  /** The first ballot in which a quorum has accepted it; none if none has. */
  readonly ballot: Ballot;
}

/** The pvalues of one slot and ballot: one command, and who has accepted it. */
interface Accepted {
  readonly ballot: Ballot;
  readonly command: Command;
  readonly acceptors: Set<NodeId>;
}

export class Ghost {
  /** By slot. */
  readonly decided: (Decided | undefined)[] = [];
  /** One above the last slot up to which all are decided. */
  decidedEnd = FIRST_SLOT;
  private readonly accepted: Accepted[][] = [];
  private readonly counts: number[] = [];
  private readonly ballots: Ballot[] = [];
  private readonly slotOuts: number[] = [];
  /** Ballots that an acceptor of another node than their leader's has promised. */
  private readonly known = new Set<Ballot>();

  private readonly options: PaxosOptions;
  /** Every configuration that any node has had, by its first slot. */
  private readonly configurations = new Map<number, readonly NodeId[]>();

  constructor(view: ClusterView<PaxosState>) {
    this.options = readOptions(view.cluster.options);
    for (const replica of view.cluster.replicas) {
      this.counts[replica] = 0;
      this.ballots[replica] = NO_BALLOT;
      this.slotOuts[replica] = FIRST_SLOT;
    }
  }

  crashed(replica: NodeId): void {
    this.counts[replica] = 0;
    this.slotOuts[replica] = FIRST_SLOT;
  }

  /** Whether anybody but its leader knows of this ballot. */
  isKnown(ballot: Ballot): boolean {
    return this.known.has(ballot);
  }

  /** Takes in what the node has promised and accepted; says if a ballot has two commands. */
  learnAccepted(changed: NodeId, { acceptor }: PaxosState): string | undefined {
    if (acceptor.ballot !== this.ballots[changed]) {
      this.ballots[changed] = acceptor.ballot;
      if (leaderOf(acceptor.ballot) !== changed) this.known.add(acceptor.ballot);
    }
    const isNew = acceptor.acceptedCount - this.counts[changed]!;
    if (isNew === 0) return undefined;
    this.counts[changed] = acceptor.acceptedCount;
    const { accepted, lastSlot } = acceptor;
    if (isNew === 1) return this.remember(changed, valueAt(accepted, lastSlot));
    let complaint: string | undefined;
    for (let slot = accepted.first; slot < endOf(accepted); slot++) {
      complaint ??= this.remember(changed, valueAt(accepted, slot));
    }
    return complaint;
  }

  /** Takes in who votes from which slot on; says if two nodes differ. */
  learnConfigurations(changed: NodeId, { replica }: PaxosState): string | undefined {
    for (const { first, members } of replica.configurations) {
      const known = this.configurations.get(first);
      if (known === undefined) this.configurations.set(first, members);
      else if (known !== members && namesOf(known) !== namesOf(members)) {
        const what = `{${namesOf(members)}} vote from slot ${first} on`;
        return `n${changed} lets ${what}, others {${namesOf(known)}}`;
      }
    }
    return undefined;
  }

  /** Those that vote on the slot. */
  membersAt(slot: number): readonly NodeId[] {
    let latest = 0;
    for (const first of this.configurations.keys()) {
      if (first <= slot && first > latest) latest = first;
    }
    return this.configurations.get(latest) ?? [];
  }

  /** Takes in what the node has performed; says if a slot has two commands. */
  learnDecided(changed: NodeId, { replica }: PaxosState): string | undefined {
    const before = this.slotOuts[changed]!;
    this.slotOuts[changed] = replica.slotOut;
    for (let slot = Math.max(before, replica.decisions.first); slot < replica.slotOut; slot++) {
      const command = valueAt(replica.decisions, slot);
      if (command === null) continue;
      const known = this.decided[slot];
      if (known === undefined) {
        this.decided[slot] = { command, ballot: this.ballotChosenIn(slot, command) };
      } else if (known.command !== command) {
        return `n${changed} has performed another command in slot ${slot} than was decided there`;
      }
    }
    while (this.decided[this.decidedEnd] !== undefined) this.decidedEnd++;
    return undefined;
  }

  /** The first ballot in which a quorum has accepted the command; `NO_BALLOT` if none has. */
  private ballotChosenIn(slot: number, command: Command): Ballot {
    const members = this.membersAt(slot);
    const quorum = phase2QuorumFor(members.length, this.options);
    let first = NO_BALLOT;
    for (const pvalues of this.accepted[slot] ?? []) {
      if (pvalues.command !== command) continue;
      if (members.filter((member) => pvalues.acceptors.has(member)).length < quorum) continue;
      if (first === NO_BALLOT || pvalues.ballot < first) first = pvalues.ballot;
    }
    return first;
  }

  private remember(acceptor: NodeId, pvalue: PValue | null): string | undefined {
    if (pvalue === null) return undefined;
    const { slot, ballot, command } = pvalue;
    const pvalues = (this.accepted[slot] ??= []);
    let known = pvalues.find((each) => each.ballot === ballot);
    if (known === undefined) {
      known = { ballot, command, acceptors: new Set() };
      pvalues.push(known);
    }
    known.acceptors.add(acceptor);
    if (known.command === command) return undefined;
    return `slot ${slot} has two commands in ballot ${ballotName(ballot)}, one at n${acceptor}`;
  }
}

function namesOf(members: readonly NodeId[]): string {
  return members.map((member) => `n${member}`).join(',');
}

/** One ghost for all invariants that watch the same run. */
const ghosts = new WeakMap<ClusterView<PaxosState>, Ghost>();

export function ghostOf(view: ClusterView<PaxosState>): Ghost {
  const known = ghosts.get(view);
  if (known !== undefined) return known;
  const ghost = new Ghost(view);
  ghosts.set(view, ghost);
  return ghost;
}
