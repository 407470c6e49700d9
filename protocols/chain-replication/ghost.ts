/**
 * What an all-seeing observer remembers of a run, for the invariants: the updates that are
 * committed, and the latest configuration that anybody has heard of. Kept up to date at a cost that
 * follows the change.
 */
import type { ClusterView, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { type Configuration, isSettled } from './configuration.ts';
import { downstream, isTail, roleOf, upstream } from './context.ts';
import type { ChainState } from './index.ts';
import type { Request } from './messages.ts';
import type { ServerState } from './state.ts';

export type View = ClusterView<ChainState>;

export class Ghost {
  readonly committed: Request[] = [];
  latest: Configuration | undefined;
  private readonly view: View;
  /** By server: how far what it has executed was compared; 0 after a crash. */
  private readonly seen: number[] = [];
  private readonly places: (Place | undefined)[];

  constructor(view: View) {
    this.view = view;
    this.places = view.cluster.replicas.map(() => undefined);
  }

  crashed(replica: NodeId): void {
    this.seen[replica] = 0;
  }

  hear({ configuration }: ChainState): void {
    if (this.latest === undefined || configuration.epoch > this.latest.epoch) {
      this.latest = configuration;
    }
  }

  /** Takes in what the server has executed since; says where that differs from what others have. */
  learn(server: NodeId, state: ServerState): string | undefined {
    const from = Math.max(this.seen[server] ?? 0, state.trimmed);
    this.seen[server] = Math.max(from, state.committed);
    for (let position = from; position < state.committed; position++) {
      const request = entryAt(state, position);
      const known = this.committed[position];
      if (request === undefined) continue;
      if (known === undefined) this.committed[position] = request;
      else if (known !== request) {
        return (
          `n${server} has executed ${this.nameOf(request)} as update ${position + 1},` +
          ` where ${this.nameOf(known)} had been executed`
        );
      }
    }
    return undefined;
  }

  /** As reports name clients: `c0` is the node that follows the last replica. */
  nameOf({ requestNumber, clientId }: Request): string {
    return `request ${requestNumber} of c${clientId - this.view.cluster.replicas.length}`;
  }

  server(id: NodeId): ServerState | undefined {
    const state = this.view.stateOf(id);
    return state?.kind === 'server' ? state : undefined;
  }

  /** Found out once for each configuration that the server has. */
  placeOf(state: ServerState): Place {
    const { id, configuration, incarnation } = state;
    const known = this.places[id];
    if (known?.configuration === configuration && known.incarnation === incarnation) return known;
    const place: Place = {
      configuration,
      incarnation,
      isMember: roleOf(state) === 'member',
      isTail: isTail(state),
      isSettled: isSettled(configuration, id),
      previous: upstream(state),
      next: downstream(state),
    };
    this.places[id] = place;
    return place;
  }

  /** Whether it would execute updates, and so answer with them. */
  isAtWork(state: ServerState): boolean {
    const place = this.placeOf(state);
    return place.isTail && (place.isSettled || state.hasCaughtUp);
  }
}

/** Where a server is, by its own account. */
export interface Place {
  readonly configuration: Configuration;
  readonly incarnation: number;
  readonly isMember: boolean;
  readonly isTail: boolean;
  readonly isSettled: boolean;
  readonly previous: NodeId | undefined;
  readonly next: NodeId | undefined;
}

/** One ghost for all invariants that watch the same run. */
const ghosts = new WeakMap<View, Ghost>();

export function ghostOf(view: View): Ghost {
  const known = ghosts.get(view);
  if (known !== undefined) return known;
  const ghost = new Ghost(view);
  ghosts.set(view, ghost);
  return ghost;
}

/** Of a claim that says nothing under the options of the run. */
export const SILENT: InvariantWatcher = { only: [], after: () => undefined };

/** The update at a position of Hist, counted from 0; undefined where it is trimmed. */
export function entryAt(state: ServerState, position: number): Request | undefined {
  return position < state.trimmed ? undefined : state.hist[position - state.trimmed];
}
