/** Every invariant of Viewstamped Replication holds in a healthy cluster, and can fail. */
import { describe, expect, it } from 'vitest';
import { invariants } from '../../protocols/viewstamped-replication/invariants.ts';
import type { Request } from '../../protocols/viewstamped-replication/messages.ts';
import { optionSchema } from '../../protocols/viewstamped-replication/options.ts';
import {
  initialReplicaState,
  type ReplicaState,
} from '../../protocols/viewstamped-replication/state.ts';
import type { ClusterView, OptionValue } from '../../sim/contract.ts';

const REPLICAS = [0, 1, 2];

/** Three replicas whose states the test writes, and one invariant that watches them. */
class Watched {
  readonly states: (ReplicaState | undefined)[] = REPLICAS.map((id) => initialReplicaState(id, 3));
  readonly #watcher;

  constructor(name: string, durability = 'diskless') {
    const options: { [name: string]: OptionValue } = {};
    for (const option of optionSchema) options[option.name] = option.default;
    const view: ClusterView<ReplicaState> = {
      cluster: { replicas: REPLICAS, clients: [3], options: { ...options, durability } },
      now: 0,
      stateOf: (replica) => this.states[replica],
      crashesOf: () => 0,
      isUp: (node) => this.states[node] !== undefined,
      isPaused: () => false,
      isConnected: () => true,
    };
    const watchers = invariants.map((each) => ({ name: each.name, watcher: each.watch(view) }));
    // The first one feeds the ghost that the others read.
    const [first] = watchers;
    const { watcher } = watchers.find((each) => each.name === name)!;
    this.#watcher = {
      after: (id: number, state: ReplicaState) => {
        const divergence = first!.watcher.after(id, state);
        return first!.watcher === watcher ? divergence : watcher.after(id, state);
      },
      crashed: (id: number) => {
        first!.watcher.crashed?.(id);
        if (first!.watcher !== watcher) watcher.crashed?.(id);
      },
    };
  }

  /** Changes one replica's state and says what the invariant makes of it. */
  change(id: number, change: Partial<ReplicaState>): string | undefined {
    const state = this.states[id]!;
    Object.assign(state, change);
    if (change.log !== undefined && change.opNumber === undefined) {
      state.opNumber = change.log.length;
    }
    return this.#watcher.after(id, state);
  }

  restart(id: number): void {
    this.#watcher.crashed(id);
    this.states[id] = initialReplicaState(id, 3);
  }
}

function log(...numbers: readonly number[]): Request[] {
  return numbers.map((requestNumber) => ({
    type: 'Request',
    operation: requestNumber,
    clientId: 3,
    requestNumber,
  }));
}

describe('the invariants', () => {
  it('no-log-divergence: two replicas commit different requests at one op-number', () => {
    const watched = new Watched('no-log-divergence');
    expect(watched.change(0, { log: log(1, 2), commitNumber: 2 })).toBeUndefined();
    expect(watched.change(1, { log: log(1, 2), commitNumber: 1 })).toBeUndefined();
    expect(watched.change(2, { log: log(1, 3), commitNumber: 2 })).toContain('op-number 2');
  });

  it('commit-within-log: a commit-number beyond the log', () => {
    const watched = new Watched('commit-within-log');
    expect(watched.change(0, { log: log(1), commitNumber: 1 })).toBeUndefined();
    expect(watched.change(0, { commitNumber: 2 })).toContain('commit-number 2');
    expect(watched.change(0, { commitNumber: 1, opNumber: 2 })).toContain('a log of 1');
  });

  it('commit-never-decreases: it may only after a crash', () => {
    const watched = new Watched('commit-never-decreases');
    watched.change(0, { log: log(1, 2), commitNumber: 2 });
    expect(watched.change(0, { commitNumber: 1 })).toContain('went back');
    watched.restart(0);
    expect(watched.change(0, { commitNumber: 0 })).toBeUndefined();
  });

  it("one-primary-per-view: a replica that leads another's view", () => {
    const watched = new Watched('one-primary-per-view');
    expect(watched.change(1, { viewNumber: 1 })).toBeUndefined();
    const impostor = { ...initialReplicaState(1, 3), viewNumber: 1 };
    watched.states[2] = impostor;
    expect(watched.change(2, {})).toContain('leads view 1');
  });

  it('new-primary-holds-committed: only what earlier views have committed is asked for', () => {
    const watched = new Watched('new-primary-holds-committed');
    watched.change(0, { log: log(1), commitNumber: 1 });
    expect(watched.change(1, { viewNumber: 1, lastNormalView: 1 })).toContain('request 1');

    const late = new Watched('new-primary-holds-committed');
    late.change(0, { viewNumber: 2, lastNormalView: 2, log: log(1), commitNumber: 1 });
    expect(late.change(1, { viewNumber: 1, lastNormalView: 1 })).toBeUndefined();
  });

  it('committed-on-majority: a committed entry that one replica holds', () => {
    const watched = new Watched('committed-on-majority');
    watched.change(1, { log: log(1) });
    expect(watched.change(0, { log: log(1), commitNumber: 1 })).toBeUndefined();
    expect(watched.change(1, { log: [] })).toContain('only 1 of 3 replicas');
  });

  it('committed-on-majority: a replica that has lost its memory counts by what it held', () => {
    const watched = new Watched('committed-on-majority');
    watched.change(1, { log: log(1) });
    watched.change(0, { log: log(1), commitNumber: 1 });
    watched.restart(1);
    expect(watched.change(1, { status: 'recovering' })).toBeUndefined();
    expect(watched.change(1, { status: 'normal' })).toContain('only 1 of 3 replicas');
  });

  it('do-view-changes-of-one-view: a report of an earlier view is counted', () => {
    const watched = new Watched('do-view-changes-of-one-view');
    const report = {
      type: 'DoViewChange',
      viewNumber: 2,
      log: [],
      lastNormalView: 0,
      opNumber: 0,
      commitNumber: 0,
      crashVector: [0, 0, 0],
    } as const;
    const doViewChanges = [report, null, null];
    const change = { status: 'view-change', doViewChanges } as const;
    expect(watched.change(2, { ...change, viewNumber: 2 })).toBeUndefined();
    expect(watched.change(2, { ...change, viewNumber: 5 })).toContain('of view 2');
  });

  it('request-logged-once: one request at two op-numbers', () => {
    const watched = new Watched('request-logged-once');
    const growing = log(1, 2);
    expect(watched.change(0, { log: growing })).toBeUndefined();
    growing.push(...log(2));
    expect(watched.change(0, { opNumber: 3 })).toContain('request 2');
    expect(watched.change(0, { log: log(1, 2, 3) })).toBeUndefined();
  });

  it('view-never-decreases: in memory always, durable across restarts as others know it', () => {
    const watched = new Watched('view-never-decreases');
    watched.change(0, { viewNumber: 4 });
    expect(watched.change(0, { viewNumber: 3 })).toContain('after it was in view 4');
    watched.restart(0);
    expect(watched.change(0, { viewNumber: 0 })).toBeUndefined();

    const durable = new Watched('view-never-decreases', 'durable');
    durable.change(0, { viewNumber: 4, status: 'view-change' });
    durable.restart(0);
    expect(durable.change(0, { viewNumber: 3 })).toBeUndefined();
    durable.change(1, { viewNumber: 4, status: 'view-change', startViewChanges: [0, 0, -1] });
    expect(durable.change(0, { viewNumber: 3 })).toContain('after it was in view 4');
  });

  it('acknowledgements-backed: an acknowledgement of what the replica does not hold', () => {
    const watched = new Watched('acknowledgements-backed');
    watched.change(1, { log: log(1) });
    expect(watched.change(0, { log: log(1), ackedOpNumbers: [1, 1, 0] })).toBeUndefined();
    expect(watched.change(0, { ackedOpNumbers: [1, 1, 1] })).toContain('n0 counts n2');
  });

  it('normal-in-own-view: normal in a view that is not the last normal one', () => {
    const watched = new Watched('normal-in-own-view');
    expect(watched.change(0, { viewNumber: 1, status: 'view-change' })).toBeUndefined();
    expect(watched.change(0, { status: 'normal' })).toContain("v' is 0");
  });

  it('all of them are named here', () => {
    expect(invariants).toHaveLength(11);
    expect(new Set(invariants.map(({ name }) => name)).size).toBe(11);
  });
});
