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
  private readonly crashes = REPLICAS.map(() => 0);
  readonly #watcher;

  constructor(name: string, durability = 'diskless') {
    const options: { [name: string]: OptionValue } = {};
    for (const option of optionSchema) options[option.name] = option.default;
    const view: ClusterView<ReplicaState> = {
      cluster: { replicas: REPLICAS, clients: [3], options: { ...options, durability } },
      now: 0,
      stateOf: (replica) => this.states[replica],
      crashesOf: (node) => this.crashes[node] ?? 0,
      isUp: (node) => this.states[node] !== undefined,
      isPaused: () => false,
      isConnected: () => true,
      isSound: () => true,
      clockOf: () => 0,
      requestedMembers: [],
      isDamaged: () => false,
      messagesInFlight: () => [],
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
    this.crashes[id]! += 1;
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

  it('view-never-decreases: a word from before a disk was lost binds nobody', () => {
    const watched = new Watched('view-never-decreases', 'durable');
    const voted = { viewNumber: 4, status: 'view-change', startViewChanges: [0, 0, -1] } as const;
    const change = { ...voted, startViewChanges: [...voted.startViewChanges] };
    expect(watched.change(1, change)).toBeUndefined();
    watched.restart(0);
    expect(watched.change(0, { status: 'recovering' })).toBeUndefined();
    const recovered = { status: 'normal', viewNumber: 3, crashVector: [1, 0, 0] } as const;
    expect(watched.change(0, { ...recovered, crashVector: [1, 0, 0] })).toBeUndefined();
    expect(watched.change(1, {})).toBeUndefined();
    watched.restart(0);
    expect(watched.change(0, { ...recovered, crashVector: [1, 0, 0] })).toBeUndefined();
    expect(watched.change(1, { startViewChanges: [1, 0, -1] })).toBeUndefined();
    expect(watched.change(0, { viewNumber: 3 })).toContain('after it was in view 4');
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

  it('acknowledgements-backed: what was acknowledged in an earlier view', () => {
    const watched = new Watched('acknowledgements-backed');
    watched.change(1, { log: log(1) });
    watched.change(0, { log: log(1), ackedOpNumbers: [1, 1, 0] });
    const next = { viewNumber: 3, lastNormalView: 3 };
    expect(watched.change(0, next)).toContain('n0 counts n1 for op-number 1 of view 3');
  });

  it('one-log-per-view: two replicas are normal in a view with different entries', () => {
    const watched = new Watched('one-log-per-view');
    expect(watched.change(0, { log: log(1, 2) })).toBeUndefined();
    expect(watched.change(1, { log: log(1) })).toBeUndefined();
    expect(watched.change(2, { log: log(1, 3), status: 'view-change' })).toBeUndefined();
    expect(watched.change(2, { status: 'normal' })).toContain('op-number 2 of view 0');
  });

  it('one-log-per-view: a backup is normal in a view without what the view started with', () => {
    const watched = new Watched('one-log-per-view');
    const next = { viewNumber: 1, lastNormalView: 1 };
    expect(watched.change(1, { ...next, log: log(1, 2) })).toBeUndefined();
    expect(watched.change(0, { ...next, log: log(1, 2) })).toBeUndefined();
    expect(watched.change(2, { ...next, log: log(1) })).toContain('the view started with 2');
  });

  it('one-log-per-view: a primary that crashed may replace what it has told nobody', () => {
    const watched = new Watched('one-log-per-view', 'durable');
    watched.change(0, { log: log(1, 2, 3) });
    watched.change(1, { log: log(1, 2) });
    watched.restart(0);
    expect(watched.change(0, { log: log(1, 2, 4) })).toBeUndefined();
    watched.restart(0);
    expect(watched.change(0, { log: log(1, 5) })).toContain('op-number 2 of view 0');
  });

  it('one-log-per-view: so it may in a view that it had left when it crashed', () => {
    const watched = new Watched('one-log-per-view', 'durable');
    watched.change(0, { log: log(1, 2, 3) });
    watched.change(1, { log: log(1, 2) });
    watched.change(0, { viewNumber: 1, lastNormalView: 1, log: log(1, 2) });
    watched.restart(0);
    expect(watched.change(0, { log: log(1, 2, 4) })).toBeUndefined();
  });

  it('request-number-used-once: two operations of a client with one number', () => {
    const watched = new Watched('request-number-used-once');
    const [request] = log(1);
    expect(watched.change(0, { log: [request!] })).toBeUndefined();
    expect(watched.change(1, { log: [request!] })).toBeUndefined();
    const other = { ...request!, operation: 'another' };
    expect(watched.change(2, { log: [other] })).toContain('another operation');
  });

  it('client-table-tells-log: a row that lags behind the log, or is ahead of it', () => {
    const row = (requestNumber: number, executedNumber: number) => ({
      3: { requestNumber, executedNumber, result: null },
    });
    const watched = new Watched('client-table-tells-log');
    const told = { log: log(1), commitNumber: 1, clientTable: row(1, 1) };
    expect(watched.change(0, told)).toBeUndefined();
    expect(watched.change(0, { log: log(1, 2), clientTable: row(2, 1) })).toBeUndefined();
    expect(watched.change(0, { log: log(1) })).toContain('has request 2 of c0');
    expect(watched.change(1, { log: log(1) })).toContain('has request 0 of c0');
    expect(watched.change(2, { ...told, clientTable: row(1, 0) })).toContain('executed up to 0');
  });

  it('report-after-quorum: a report for a view that nobody else has entered', () => {
    const watched = new Watched('report-after-quorum');
    const entered = { viewNumber: 1, status: 'view-change' } as const;
    expect(watched.change(0, entered)).toBeUndefined();
    expect(watched.change(1, entered)).toBeUndefined();
    expect(watched.change(0, { hasSentDoViewChange: true })).toBeUndefined();
    const later = { viewNumber: 2, status: 'view-change' } as const;
    expect(watched.change(0, { ...later, hasSentDoViewChange: true })).toContain('1 of 3');
  });

  it('crash-vectors-grow: a crash is forgotten by somebody who did not crash', () => {
    const watched = new Watched('crash-vectors-grow');
    expect(watched.change(0, { crashVector: [0, 1, 0] })).toBeUndefined();
    expect(watched.change(0, { crashVector: [0, 0, 2] })).toContain('knew of 1 crashes of n1');
    watched.restart(0);
    expect(watched.change(0, {})).toBeUndefined();
  });

  it('collected-before-no-crash: a vote is counted whose sender has crashed since', () => {
    const watched = new Watched('collected-before-no-crash');
    const voted = { status: 'view-change', startViewChanges: [0, 0, -1] } as const;
    const change = { ...voted, startViewChanges: [...voted.startViewChanges] };
    expect(watched.change(0, change)).toBeUndefined();
    expect(watched.change(0, { crashVector: [0, 1, 0] })).toContain('what n1 said after 0');
  });

  it('crash-counted-anew: a recovered replica passes for the one that crashed', () => {
    const watched = new Watched('crash-counted-anew');
    expect(watched.change(0, {})).toBeUndefined();
    const recovered = { hasCountedCrash: true, crashVector: [1, 0, 0] };
    watched.restart(0);
    expect(watched.change(0, recovered)).toBeUndefined();
    watched.restart(0);
    expect(watched.change(0, recovered)).toContain('as of crash 1');
  });

  it('answers-to-one-question: an answer to another nonce, and a nonce used again', () => {
    const watched = new Watched('answers-to-one-question');
    const answer = { type: 'CrashVectorResponse', crashVector: [0, 0, 0] } as const;
    const asking = { status: 'recovering', nonce: 7 } as const;
    const answered = (nonce: number) => ({ crashVectorResponses: [null, { ...answer, nonce }] });
    expect(watched.change(0, { ...asking, ...answered(7) })).toBeUndefined();
    expect(watched.change(0, answered(6))).toContain("n1's answer to 6");
    expect(watched.change(0, { recoveryRetries: 1 })).toContain('again with the nonce 7');
  });

  it('recovered-by-quorum: a recovery that too few have answered', () => {
    const vector = { type: 'CrashVectorResponse', nonce: 7, crashVector: [0, 0, 0] } as const;
    const counted = { status: 'recovering', hasCountedCrash: true } as const;
    const short = new Watched('recovered-by-quorum');
    const vectors = [null, vector, null];
    expect(short.change(0, { ...counted, crashVectorResponses: vectors })).toContain('by 1 crash');

    const watched = new Watched('recovered-by-quorum');
    const both = { ...counted, crashVectorResponses: [null, vector, vector] };
    expect(watched.change(0, both)).toBeUndefined();
    expect(watched.change(0, { status: 'normal' })).toContain('by at most 1 answers');
  });

  it('all of them are named here', () => {
    expect(invariants).toHaveLength(20);
    expect(new Set(invariants.map(({ name }) => name)).size).toBe(20);
  });
});
