/**
 * The named safety claims of CRAQ, checked after every event at a replica: those of the chain that
 * it is built on, but for what is said there of queries at the tail; and those about versions.
 */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { type Ghost, ghostOf, SILENT } from '../chain-replication/ghost.ts';
import { invariantsOfAnyChain } from '../chain-replication/invariants.ts';
import { readOptions, rolesOf } from '../chain-replication/options.ts';
import { watchReads } from '../read-watch.ts';
import type { CraqState } from './index.ts';
import { joiningInvariants } from './joining-invariants.ts';
import type { CraqServerState, Version } from './state.ts';
import { latestClean, ofObject } from './versions.ts';

type View = ClusterView<CraqState>;
type Watcher = InvariantWatcher<CraqState>;

/** What one who sees all servers knows of updates and versions, from one look after each step. */
class Observer {
  /** All updates up to here are committed by a tail. */
  committed = 0;
  /** What is wrong with the versions of the server that was looked at last, if anything. */
  untold: string | undefined;
  wentBack: string | undefined;
  private readonly ghost: Ghost;
  /** By object: its latest version that is clean anywhere. */
  private readonly latest = new Map<string, number>();
  /** By server and object: its latest version that was clean there. */
  private readonly seen: readonly Map<string, number>[];
  /** By server, in the order of its objects: the versions that were looked at last. */
  private readonly looked: readonly (readonly Version[])[][];

  constructor(view: View) {
    this.ghost = ghostOf(view);
    this.seen = view.cluster.replicas.map(() => new Map());
    this.looked = view.cluster.replicas.map(() => []);
  }

  latestOf(object: string | undefined): number {
    return object === undefined ? 0 : (this.latest.get(object) ?? 0);
  }

  look(changed: NodeId, state: CraqServerState): void {
    if (state.committed > this.committed && this.ghost.isAtWork(state)) {
      this.committed = state.committed;
    }
    this.untold = undefined;
    this.wentBack = undefined;
    const looked = this.looked[changed]!;
    let dirty = 0;
    let index = 0;
    // A loop over a map makes an array of each pair.
    state.objects.forEach((versions, object) => {
      if (looked[index] !== versions) {
        looked[index] = versions;
        this.lookAtClean(changed, object, latestClean(versions).number);
      }
      index++;
      dirty += versions.length - 1;
      if (isRight(state.committed, versions)) return;
      const what = `versions ${inWords(versions)}${ofObject(object)}`;
      this.untold ??= `n${changed} has ${what}: ${wrongIn(state, versions)}`;
    });
    const open = state.length - state.committed;
    if (dirty === open) return;
    const both = `${dirty} dirty versions, and ${open} updates that are not committed`;
    this.untold ??= `n${changed} has ${both}`;
  }

  private lookAtClean(changed: NodeId, object: string, number: number): void {
    const before = this.seen[changed]!;
    const known = before.get(object) ?? 0;
    if (number === known) return;
    if (number < known) {
      const what = `version ${known}${ofObject(object)}`;
      this.wentBack ??= `n${changed} went back from ${what} to ${number}`;
      return;
    }
    before.set(object, number);
    if (number > this.latestOf(object)) this.latest.set(object, number);
  }

  crashed(replica: NodeId): void {
    this.seen[replica]?.clear();
    const looked = this.looked[replica];
    if (looked !== undefined) looked.length = 0;
  }
}

/** One for all invariants that watch the same run. */
const observers = new WeakMap<View, Observer>();

function observerOf(view: View): Observer {
  const known = observers.get(view);
  if (known !== undefined) return known;
  const fresh = new Observer(view);
  observers.set(view, fresh);
  return fresh;
}

/** Must come first: it is the one that lets the observer look. */
const cleanIsCommitted: Invariant<CraqState> = {
  name: 'clean-is-committed',
  source: 'paper §2.3: a version is clean when the tail has it, and elsewhere after that',
  restsAfter: 'idle',
  watch(view): Watcher {
    const observer = observerOf(view);
    return {
      only: rolesOf(view.cluster).servers,
      after(changed, state) {
        if (state.kind !== 'server') return undefined;
        observer.look(changed, state);
        if (state.committed <= observer.committed) return undefined;
        return (
          `n${changed} has ${state.committed} updates for committed,` +
          ` and no tail has committed more than ${observer.committed}`
        );
      },
      crashed: (replica) => observer.crashed(replica),
    };
  },
};

/** Each version of an object is where it belongs: so what the tail names is there. */
const versionsTellHist: Invariant<CraqState> = {
  name: 'versions-tell-hist',
  source: 'paper §2.3: the latest clean version of an object, and all dirty ones after it',
  restsAfter: 'idle',
  watch(view): Watcher {
    const observer = observerOf(view);
    return { only: rolesOf(view.cluster).servers, after: () => observer.untold };
  },
};

/** Numbers grow within the versions of an object; the first one is clean, and no other. */
function isRight(committed: number, versions: readonly Version[]): boolean {
  const first = versions[0];
  if (first === undefined || !first.isClean || first.number > committed) return false;
  let before = committed;
  for (let i = 1; i < versions.length; i++) {
    const { number, isClean } = versions[i]!;
    if (isClean || number <= before) return false;
    before = number;
  }
  return true;
}

function wrongIn({ committed }: CraqServerState, versions: readonly Version[]): string {
  for (let i = 0; i < versions.length; i++) {
    const { number, isClean } = versions[i]!;
    if (isClean !== number <= committed) return `${committed} updates are committed`;
    if (isClean !== (i === 0)) return 'the first one, and no other, should be clean';
  }
  return versions.length === 0 ? 'there should be one at least' : 'numbers should grow';
}

function inWords(versions: readonly Version[]): string {
  return versions.map(({ number, isClean }) => `${number}${isClean ? '' : '*'}`).join(' ');
}

/** Across crashes, too: a server that has lost its state begins anew. */
const cleanVersionsGrow: Invariant<CraqState> = {
  name: 'clean-versions-grow',
  source: 'paper §2.3: version numbers grow; §2.4: reads of one node are monotonic',
  restsAfter: 'idle',
  watch(view): Watcher {
    const observer = observerOf(view);
    return { only: rolesOf(view.cluster).servers, after: () => observer.wentBack };
  },
};

function recordsOf(state: CraqState) {
  if (state.kind !== 'server') return undefined;
  return { records: state.queryRecords, changes: state.queryChanges };
}

/** Whoever answers it, and however: a stale answer is seen even if no client can tell. */
const strongReadsSeeCommitted: Invariant<CraqState> = {
  name: 'strong-reads-see-committed',
  source: 'paper §2.3: a version that the tail had committed, no earlier than the read began',
  restsAfter: 'idle',
  watch(view): Watcher {
    const known = observerOf(view);
    return watchReads<CraqState, number>(view, {
      recordsOf,
      look: (_server, _state, before, { object }) => before ?? known.latestOf(object),
      judge(server, _state, { answeredAt, object, level }, latest) {
        if (answeredAt === null || level !== undefined) return undefined;
        const what = `a read${ofObject(object)}`;
        const answer = `n${server} has answered ${what} with version ${answeredAt}`;
        if (answeredAt < latest) return `${answer}, and ${latest} was committed when it came`;
        const now = known.latestOf(object);
        return answeredAt > now ? `${answer}, and no more than ${now} is committed` : undefined;
      },
    });
  },
};

/** Of an earlier configuration: such a server may miss what the later chain commits. */
const leaseExcludesOtherChains: Invariant<CraqState> = {
  name: 'lease-excludes-other-chains',
  source: 'masters: a server is removed when the lease that it was granted last has run out',
  restsAfter: 'regular',
  watch(view): Watcher {
    if (readOptions(view.cluster.options).readMode !== 'lease') return SILENT;
    const ghost = ghostOf(view);
    const { servers } = rolesOf(view.cluster);
    const complaint = (tail: CraqServerState, other: CraqServerState): string | undefined => {
      const { epoch, chain, incarnations } = tail.configuration;
      if (!ghost.isAtWork(tail)) return undefined;
      // What was granted to an earlier incarnation is of no use to one that is outside.
      if (!ghost.placeOf(other).isMember) return undefined;
      if (chain.includes(other.id) && incarnations[other.id] === other.incarnation)
        return undefined;
      if (other.leaseUntil <= view.clockOf(other.id)) return undefined;
      return (
        `n${tail.id} works as the tail of epoch ${epoch} without n${other.id},` +
        ` which has a lease as a member in epoch ${other.configuration.epoch}`
      );
    };
    return {
      only: servers,
      after(changed, state) {
        if (state.kind !== 'server') return undefined;
        const { epoch } = state.configuration;
        for (const id of servers) {
          const other = id === changed ? undefined : serverOf(view, id);
          if (other === undefined || other.configuration.epoch === epoch) continue;
          const isLater = epoch > other.configuration.epoch;
          const found = isLater ? complaint(state, other) : complaint(other, state);
          if (found !== undefined) return found;
        }
        return undefined;
      },
    };
  },
};

function serverOf(view: View, id: NodeId): CraqServerState | undefined {
  const state = view.stateOf(id);
  return state?.kind === 'server' ? state : undefined;
}

export const invariants: readonly Invariant<CraqState>[] = [
  ...invariantsOfAnyChain,
  cleanIsCommitted,
  versionsTellHist,
  cleanVersionsGrow,
  strongReadsSeeCommitted,
  leaseExcludesOtherChains,
  ...joiningInvariants,
];
