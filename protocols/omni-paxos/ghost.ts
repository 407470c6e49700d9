/**
 * What an all-seeing observer remembers of a run, for the invariants: the log of each ballot, how
 * much of it each server has accepted, and what was decided. Kept up to date at a cost that follows
 * the change.
 *
 * A server's log is that of the last ballot in which it was adopted, so what is on the servers now
 * need not show that a quorum has ever accepted an entry in one ballot: the observer remembers.
 */
import type { ClusterView, NodeId } from '../../sim/contract.ts';
import { type Ballot, ballotName, NO_BALLOT } from './ballot.ts';
import { lengthOf } from './log.ts';
import type { Configuration, Entry } from './messages.ts';
import { acceptQuorumFor, type OmniOptions, readOptions } from './options.ts';
import type { OmniState } from './state.ts';

export interface Decided {
  readonly entry: Entry;
  /**
   * The last ballot in which a quorum had accepted it when it was first decided; none if none had.
   * In an earlier one some may have lost it again with their disk's queue, before they told
   * anybody.
   */
  readonly ballot: Ballot;
}

/** The log of one ballot, where it was not decided yet when somebody adopted it. */
interface Round {
  readonly entries: (Entry | undefined)[];
  /** By server: how long its log was at most while it was this ballot's. */
  readonly lengths: number[];
}

/** What a server was like when it was last seen. */
interface Seen {
  round: Ballot;
  acceptedCount: number;
  decidedLength: number;
}

export class Ghost {
  /** By position: all that is decided, without holes. */
  readonly decided: Decided[] = [];
  /** By number: every configuration that any server has begun. */
  readonly configurations: Configuration[] = [];
  private readonly rounds = new Map<Ballot, Round>();
  private readonly seen: Seen[];
  /** Ballots that another server than their owner has promised. */
  private readonly known = new Set<Ballot>();
  private readonly options: OmniOptions;

  constructor(view: ClusterView<OmniState>) {
    this.options = readOptions(view.cluster.options);
    this.seen = view.cluster.replicas.map(unseen);
  }

  crashed(server: NodeId): void {
    this.seen[server] = unseen();
  }

  notePromise(ballot: Ballot): void {
    this.known.add(ballot);
  }

  /** Whether anybody but its owner has promised this ballot. */
  isKnown(ballot: Ballot): boolean {
    return this.known.has(ballot);
  }

  /** Takes in what the server has adopted and appended; says if a ballot has two logs. */
  learnAccepted(changed: NodeId, { paxos }: OmniState): string | undefined {
    const seen = this.seen[changed]!;
    const { acceptedRound, acceptedCount, log, decidedLength } = paxos;
    if (seen.round === acceptedRound && seen.acceptedCount === acceptedCount) return undefined;
    // What a server appends is at the end; what it adopts, is all of another round now.
    const isAdopted = seen.round !== acceptedRound;
    const appended = lengthOf(log) - (acceptedCount - seen.acceptedCount);
    Object.assign(seen, { round: acceptedRound, acceptedCount });
    const round = this.roundOf(acceptedRound);
    round.lengths[changed] = Math.max(round.lengths[changed] ?? 0, lengthOf(log));
    // Decided entries may have been learned from others: they are whatever they are.
    const from = Math.max(log.first, decidedLength, isAdopted ? 0 : appended);
    for (let position = from; position < lengthOf(log); position++) {
      const entry = log.entries[position - log.first]!;
      const known = (round.entries[position] ??= entry);
      if (known === entry) continue;
      return (
        `n${changed} has another entry at position ${position}` +
        ` in ballot ${ballotName(acceptedRound)} than others had there`
      );
    }
    return undefined;
  }

  /** Takes in which configurations there are; says if two servers differ. */
  learnConfiguration(changed: NodeId, { replica }: OmniState): string | undefined {
    const { configuration } = replica;
    const known = (this.configurations[configuration.id] ??= configuration);
    if (known === configuration || describe(known) === describe(configuration)) return undefined;
    const number = configuration.id + 1;
    return (
      `n${changed} has ${describe(configuration)} as configuration ${number},` +
      ` others ${describe(known)}`
    );
  }

  /** Takes in what the server has decided; says if a position has two entries. */
  learnDecided(changed: NodeId, { paxos }: OmniState): string | undefined {
    const seen = this.seen[changed]!;
    const from = seen.decidedLength;
    seen.decidedLength = paxos.decidedLength;
    for (let position = from; position < paxos.decidedLength; position++) {
      // What a leader has trimmed in the same step it had in its ballot.
      const entry =
        paxos.log.entries[position - paxos.log.first] ??
        this.roundOf(paxos.acceptedRound).entries[position];
      const known = this.decided[position];
      if (known === undefined) {
        if (entry === undefined) return `n${changed} has decided position ${position} unseen`;
        this.decided.push({ entry, ballot: this.ballotChosenIn(position, entry) });
      } else if (position >= paxos.log.first && known.entry !== entry) {
        return `n${changed} has another entry at position ${position} than was decided there`;
      }
    }
    return undefined;
  }

  /** Who votes at a position: of the last configuration that begins there, or before. */
  configurationAt(position: number): Configuration | undefined {
    return this.configurations.findLast((each) => each !== undefined && each.from <= position);
  }

  private ballotChosenIn(position: number, entry: Entry): Ballot {
    const members = this.configurationAt(position)?.members ?? [];
    const quorum = acceptQuorumFor(members.length, this.options);
    let last = NO_BALLOT;
    for (const [ballot, { entries, lengths }] of this.rounds) {
      if (ballot < last || entries[position] !== entry) continue;
      const count = members.filter((member) => (lengths[member] ?? 0) > position).length;
      if (count >= quorum) last = ballot;
    }
    return last;
  }

  private roundOf(ballot: Ballot): Round {
    const known = this.rounds.get(ballot);
    if (known !== undefined) return known;
    const round: Round = { entries: [], lengths: [] };
    this.rounds.set(ballot, round);
    return round;
  }
}

function unseen(): Seen {
  return { round: NO_BALLOT, acceptedCount: 0, decidedLength: 0 };
}

function describe({ members, from }: Configuration): string {
  return `{${members.map((member) => `n${member}`).join(' ')}} from ${from} on`;
}

/** One ghost for all invariants that watch the same run. */
const ghosts = new WeakMap<ClusterView<OmniState>, Ghost>();

export function ghostOf(view: ClusterView<OmniState>): Ghost {
  const known = ghosts.get(view);
  if (known !== undefined) return known;
  const ghost = new Ghost(view);
  ghosts.set(view, ghost);
  return ghost;
}
