/**
 * Defects that the authors' library had, or has (haraldng/omnipaxos), each named after its issue or
 * commit, in the smallest situation that shows it; beside the protocol plays one that has it.
 */
import { describe, expect, it } from 'vitest';
import { NO_BALLOT, ownerOf, roundOf } from '../../../protocols/omni-paxos/ballot.ts';
import { clientRules } from '../../../protocols/omni-paxos/client.ts';
import { makeOmniPaxos } from '../../../protocols/omni-paxos/index.ts';
import { type Rules, rules } from '../../../protocols/omni-paxos/rules.ts';
import type { Protocol } from '../../../sim/contract.ts';
import type { Plain } from '../../../sim/plain.ts';
import {
  ballot,
  candidate,
  described,
  entries,
  LoneServer,
  loneFollower,
  loneLeader,
  messagesOf,
  onlyOne,
  prepare,
  promise,
} from '../../protocols/lone-server.ts';
import {
  beat,
  elect,
  isLeading,
  judgedBy,
  logOf,
  type OmniWorld,
  omniWorld,
  put,
  without,
} from '../../protocols/op-world.ts';

const OLD = ballot(1, 0);
const OWN = ballot(1, 1);

/** The protocol with a defect, whose invariants say nothing: the test looks for itself. */
function unjudged(defect: Partial<Rules>): Protocol {
  const protocol = makeOmniPaxos({ ...rules, ...defect }, clientRules);
  return judgedBy(protocol as unknown as Protocol);
}

/** Client 3 puts each of these under a key of its own; nobody among `cut` hears of it. */
function decideAll(world: OmniWorld, keys: string, cut: readonly number[] = []): void {
  for (const key of keys) {
    world.invoke(3, put(key, key));
    world.settle(without(...cut));
    world.lose();
  }
}

/** The leader repeats itself to all, until whoever has missed something has begun anew. */
function catchUp(world: OmniWorld, leader: number, follower: number): void {
  world.expire(leader, 'resend');
  world.settle();
  if (world.hasTimer(follower, 'gap')) world.expire(follower, 'gap');
  world.settle();
}

/** What a leader adopts of two promises, the one after the other. */
function adopted(
  defect: Partial<Rules>,
  ...logs: readonly { readonly log: string; readonly round: number }[]
): string {
  const server = candidate({ nodes: 5, rules: defect });
  for (const [index, { log, round }] of logs.entries()) {
    const sync = { snapshot: null, from: 0, entries: entries(log) };
    const rest = { acceptedRound: ballot(0, round), acceptedLength: log.length, sync };
    server.tellAll(index === 0 ? 0 : 2, promise(OWN, rest));
  }
  return server.values.join('');
}

describe('b67716a: promises compared by AND', () => {
  const byAnd: Partial<Rules> = {
    mostUpToDate: (promises) =>
      promises.reduce((best, each) =>
        each.acceptedRound > best.acceptedRound && each.acceptedLength > best.acceptedLength
          ? each
          : best,
      ),
  };

  it('a higher round counts though its log is shorter', () => {
    const logs = [
      { log: 'xyz', round: 2 },
      { log: 'a', round: 3 },
    ];
    expect([adopted(byAnd, ...logs), adopted({}, ...logs)]).toEqual(['xyz', 'a']);
  });

  it('in the same round the longer log counts', () => {
    const logs = [
      { log: 'a', round: 3 },
      { log: 'ab', round: 3 },
    ];
    expect([adopted(byAnd, ...logs), adopted({}, ...logs)]).toEqual(['a', 'ab']);
  });

  it('a leader takes what it adopts for accepted in its own ballot', () => {
    const server = candidate();
    const sync = { snapshot: null, from: 0, entries: entries('ab') };
    server.tellAll(0, promise(OWN, { acceptedRound: ballot(0, 3), acceptedLength: 2, sync }));
    expect(server.state.paxos.acceptedRound).toBe(OWN);
    expect(loneLeader().state.paxos.acceptedRound).toBe(OWN);
  });
});

describe('974b7ff: the wrong maximum is adopted', () => {
  it('it is that of all promises, in whatever order they come, the own one included', () => {
    const lastOne: Partial<Rules> = { mostUpToDate: (promises) => promises.at(-1)! };
    const best = { log: 'abc', round: 3 };
    const other = { log: 'xy', round: 2 };
    expect([adopted({}, best, other), adopted({}, other, best)]).toEqual(['abc', 'abc']);
    expect(adopted(lastOne, best, other)).toBe('xy');
  });
});

describe('1ea102f: a suffix is cut at the accepted length, though the rounds differ', () => {
  const byLength: Partial<Rules> = {
    syncedLength: ({ leader }, { acceptedLength }) =>
      Math.min(acceptedLength, leader.adoptedLength),
  };

  /** Server 2 has accepted `x` alone, where all others have decided `b`. */
  function play(defect: Partial<Rules>): Plain[] {
    const world = omniWorld({ clients: 2, protocol: unjudged(defect) });
    decideAll(world, 'a');
    world.crash(0);
    elect(world, 2, [0]);
    world.restart(0);
    for (let round = 0; round < 3; round++) beat(world);
    world.invoke(4, put('x'), 'linearizable', 2);
    world.settle(({ from, to }) => from === 4 && to === 2);
    world.lose();
    elect(world, 1, [2]);
    world.invoke(3, put('b'), 'linearizable', 1);
    world.settle(without(2));
    world.lose();
    // The third leader has adopted the log of the second one's round, which is not server 2's.
    elect(world, 0, [2]);
    catchUp(world, 0, 2);
    return logOf(world.state(2));
  }

  it('what was accepted alone is replaced', () => {
    expect([play(byLength), play({})]).toEqual([
      ['a', 'x'],
      ['a', 'b'],
    ]);
  });
});

describe('#112: the log is synchronised from beyond its end', () => {
  it('a follower gets all that it lacks, though the leader has adopted much more', () => {
    const beyond: Partial<Rules> = { syncedLength: ({ leader }) => leader.adoptedLength };
    const from = (defect: Partial<Rules>): number => {
      const server = loneFollower({ rules: defect, nodes: 5 }, 'abcd', 1);
      server.endRound({ 0: {}, 2: {}, 3: {} });
      const own = server.state.leader.ballot;
      const same = { acceptedRound: OLD, acceptedLength: 4, decidedLength: 1 };
      for (const other of [0, 3]) server.tellAll(other, promise(own, same));
      const short = { acceptedRound: OLD, acceptedLength: 2, decidedLength: 1 };
      return onlyOne('AcceptSync', server.tellAll(2, promise(own, short))).sync.from;
    };
    expect([from(beyond), from({})]).toEqual([4, 2]);
  });
});

describe('#68, #101: the decision of a stop-sign is not sent again', () => {
  it('a follower that has missed it learns of the next configuration', () => {
    const play = (defect: Partial<Rules>): number => {
      const world = omniWorld({ protocol: unjudged(defect) });
      decideAll(world, 'a');
      world.reconfigure(0, [0, 1, 2]);
      world.settle(({ to, message }) => to !== 2 || message.type !== 'Decide');
      world.lose();
      for (let round = 0; round < 3; round++) beat(world);
      return world.state(2).replica.configuration.id;
    };
    const silent = { onOtherConfiguration: () => undefined };
    expect([play(silent), play({})]).toEqual([0, 1]);
  });
});

describe('#101, #117: a server that restarts keeps its ballot', () => {
  it('it asks for no promise in the one that it has led in', () => {
    const keeps: Partial<Rules> = {
      resetElection(state, context) {
        rules.resetElection(state, context);
        const { promised } = state.paxos;
        if (ownerOf(promised) !== state.id || roundOf(promised) === 0) return;
        Object.assign(state.election, { ballot: promised, leader: promised });
      },
    };
    const ballotOfRestarted = (defect: Partial<Rules>): number => {
      const server = loneLeader({ rules: defect });
      server.restart();
      return server.state.election.ballot;
    };
    expect(ballotOfRestarted(keeps)).toBe(OWN);
    expect(ballotOfRestarted({})).toBe(ballot(0, 1));
  });

  it('it follows those who lead meanwhile, and they go on', () => {
    const world = omniWorld();
    decideAll(world, 'a');
    world.crash(0);
    elect(world, 1, [0]);
    world.restart(0);
    world.settle();
    for (let round = 0; round < 3; round++) beat(world);
    expect(isLeading(world.state(1))).toBe(true);
    expect(world.state(0).paxos).toMatchObject({ promised: ballot(2, 1), phase: 'accept' });
  });
});

describe('e6ddc52: a stale promise is used', () => {
  const stale = promise(OWN, { attempt: 1, acceptedLength: 5 });

  it('of a follower that has restarted, only what it says since counts', () => {
    const server = loneLeader({ nodes: 5 });
    server.tellAll(2, promise(OWN));
    const asked = { type: 'PrepareRequest', configuration: 0, occasion: 8 } as const;
    expect(onlyOne('Prepare', server.tell(2, asked)).attempt).toBe(2);
    expect(server.tellAll(2, stale)).toEqual([]);
    expect(server.state.leader.promises[2]).toBeNull();
    const fresh = server.tellAll(2, promise(OWN, { attempt: 2 }));
    expect(onlyOne('AcceptSync', fresh)).toMatchObject({ session: 2, sync: { from: 0 } });
  });

  it('meanwhile it is sent nothing that goes on from what it had', () => {
    const server = loneLeader({ nodes: 5 });
    server.tellAll(2, promise(OWN));
    server.tell(2, { type: 'PrepareRequest', configuration: 0, occasion: 8 });
    const [entry] = entries('a');
    const sent = described(server.tellAll(entry!.clientId, entry!));
    expect(sent).toContain('AcceptDecide→0');
    expect(sent).not.toContain('AcceptDecide→2');
  });
});

describe('#154: a ballot that is to overtake is below the promise', () => {
  it('the next ballot is above all that the server has promised', () => {
    const ownNext: Partial<Rules> = {
      takeOver(state, context) {
        const { election } = state;
        election.ballot = rules.ballotIn(state, context, roundOf(election.ballot) + 1);
        Object.assign(election, { leader: election.ballot, isHappy: true });
      },
    };
    const asked = (defect: Partial<Rules>): number => {
      const server = new LoneServer({ rules: defect });
      server.tell(2, prepare(ballot(40, 2)));
      return messagesOf('Prepare', server.endRound({ 0: {}, 2: {} })).length;
    };
    expect([asked(ownNext), asked({})]).toEqual([0, 2]);
  });
});

describe('#156: Prepare goes to servers that are no members', () => {
  it('a leader asks the members of its configuration only', () => {
    const server = candidate({ nodes: 5, options: { members: 3 } });
    expect(described(server.expire('resend'))).toEqual(['Prepare→0', 'Prepare→2']);
  });

  it('it answers no PrepareRequest of anybody else', () => {
    const server = loneLeader({ nodes: 5, options: { members: 3 } });
    const asked = { type: 'PrepareRequest', configuration: 0, occasion: 8 } as const;
    expect(server.tell(4, asked)).toEqual([]);
    expect(described(server.tell(2, asked))).toEqual(['Prepare→2']);
  });

  it('a server that is no member answers none', () => {
    const server = new LoneServer({ id: 4, nodes: 5, options: { members: 3 } });
    expect(server.tell(0, prepare(OLD))).toEqual([]);
    expect(server.state.paxos.promised).toBe(NO_BALLOT);
  });
});
