/**
 * What an all-seeing observer remembers of a run, for the invariants: the updates that are
 * committed, and the latest configuration that anybody has heard of. Kept up to date at a cost that
 * follows the change.
 */
import type { ClusterView, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import type { Configuration } from './configuration.ts';
import { roleOf } from './context.ts';
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

  constructor(view: View) {
    this.view = view;
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

/** Whether the server, by its own account, is in the chain that it knows of. */
export function isMember(state: ServerState): boolean {
  return roleOf(state) === 'member';
}
