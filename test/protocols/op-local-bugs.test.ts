/** Bugs for invariants that no mutant of the zoo violates, each in its smallest situation. */
import { describe, expect, it } from 'vitest';
import { configurationOf, NO_BALLOT } from '../../protocols/omni-paxos/ballot.ts';
import { clientRules } from '../../protocols/omni-paxos/client.ts';
import { makeOmniPaxos, omniPaxos } from '../../protocols/omni-paxos/index.ts';
import { type Rules, rules } from '../../protocols/omni-paxos/rules.ts';
import type { Options, Protocol } from '../../sim/contract.ts';
import { ballot, decide, prepare } from './lone-server.ts';
import {
  elect,
  get,
  judgedBy,
  type OmniWorld,
  ofType,
  omniWorld,
  put,
  without,
  write,
} from './op-world.ts';

const CLIENT = 3;
const CONFIRMED: Options = { readMode: 'read-index' };

interface Bug {
  readonly invariant: string;
  readonly bug: string;
  readonly server: Partial<Rules>;
  readonly options?: Options;
  play(world: OmniWorld): void;
}

const bugs: readonly Bug[] = [
  {
    invariant: 'one-log-per-ballot',
    bug: 'a follower appends what it gets, wherever it belongs',
    server: { turnOf: () => 'now' },
    play(world) {
      for (const client of [CLIENT, CLIENT + 1]) {
        world.invoke(client, put(client), 'linearizable', 0);
        world.deliver('Request', client, 0);
      }
      world.take('AcceptDecide', 0, 2);
      world.deliver('AcceptDecide', 0, 2);
    },
  },
  {
    invariant: 'decided-by-quorum',
    bug: 'a leader decides what it has accepted itself',
    server: { acceptQuorumOf: () => 1 },
    play(world) {
      world.invoke(CLIENT, put('a'));
      world.settle(({ to }) => to === 0);
    },
  },
  {
    invariant: 'decided-grows',
    bug: 'a follower takes back what its leader does not know to be decided',
    server: {
      decideUpTo(state, context, length) {
        rules.decideUpTo(state, context, length);
        state.paxos.decidedLength = Math.min(state.paxos.decidedLength, length);
      },
    },
    play(world) {
      write(world, CLIENT, 'a', 'b');
      world.inject(0, 1, decide(ballot(1, 0), 1, 1));
      world.settle();
    },
  },
  {
    invariant: 'one-state-per-length',
    bug: 'a server executes what it has been asked for itself a second time',
    server: {
      execute(state, context, request) {
        rules.execute(state, context, request);
        const isAsked = state.replica.asked[request.clientId] === request.requestNumber;
        if (isAsked) state.replica.executed.push(request.operation);
      },
    },
    play: (world) => write(world, CLIENT, 'a'),
  },
  {
    invariant: 'one-configuration-per-number',
    bug: 'a server stays a member, whatever the stop-sign says',
    server: {
      nextOf(state, stopSign) {
        const members = [...new Set([...stopSign.members, state.id])];
        return rules.nextOf(state, { ...stopSign, members });
      },
    },
    play(world) {
      world.reconfigure(0, [0, 1]);
      world.settle();
    },
  },
  {
    invariant: 'promises-grow',
    bug: 'a server promises whoever has asked last',
    server: {
      onPrepare(state, context, from, message) {
        state.paxos.promised = Math.min(state.paxos.promised, message.ballot);
        rules.onPrepare(state, context, from, message);
      },
    },
    play(world) {
      elect(world, 1, [0]);
      world.inject(0, 2, prepare(ballot(1, 0)));
      world.settle();
    },
  },
  {
    invariant: 'elected-ballots-grow',
    bug: 'a server takes the highest ballot of a round for the leader’s',
    server: {
      learnLeader({ election }, replies) {
        election.leader = Math.max(NO_BALLOT, ...replies.map((reply) => reply.ballot));
      },
    },
    play(world) {
      world.expire(1, 'election');
      world.settle(without(0));
      world.expire(1, 'election');
    },
  },
  {
    invariant: 'retired-takes-no-part',
    bug: 'a server that has forgotten what it has promised promises again',
    server: {
      isOfThisConfiguration: ({ replica }, _context, _from, number) =>
        configurationOf(number) === replica.configuration.id,
    },
    play(world) {
      world.crash(2);
      world.damage(2, 1);
      world.restart(2);
      elect(world, 1);
    },
  },
  {
    invariant: 'leader-adopts-decided',
    bug: 'a leader adopts the log of whoever comes last among its members',
    server: { mostUpToDate: (promises) => promises.at(-1)! },
    play(world) {
      world.invoke(CLIENT, put('a'));
      world.settle(without(2));
      world.lose();
      elect(world, 2, [0]);
    },
  },
  {
    invariant: 'leader-followed-by-quorum',
    bug: 'a leader goes on with its own promise',
    server: { prepareQuorumOf: () => 1 },
    play: (world) => elect(world, 1, [0]),
  },
  {
    invariant: 'reads-see-decided',
    bug: 'a leader takes itself for confirmed',
    server: { isRoundConfirmed: () => true },
    options: CONFIRMED,
    play: readAtOldLeader,
  },
  {
    invariant: 'reads-confirmed-anew',
    bug: 'a leader takes itself for confirmed',
    server: { isRoundConfirmed: () => true },
    options: CONFIRMED,
    play(world) {
      world.invoke(CLIENT, get());
      world.settle(ofType('Request'));
    },
  },
];

/** The first leader is asked for what another one has written meanwhile. */
function readAtOldLeader(world: OmniWorld): void {
  write(world, CLIENT, 'old');
  elect(world, 1, [0]);
  world.invoke(CLIENT + 1, put('new'), 'linearizable', 1);
  world.settle(without(0));
  world.lose();
  world.invoke(CLIENT, get(), 'linearizable', 0);
  world.settle(ofType('Request'));
}

function worldOf({ options = {} }: Bug, protocol: Protocol): OmniWorld {
  return omniWorld({ protocol, clients: 3, options });
}

describe('an invariant', () => {
  it.each(bugs)('$invariant is violated where $bug', (bug) => {
    const planted = makeOmniPaxos({ ...rules, ...bug.server }, clientRules);
    const broken = judgedBy(planted as unknown as Protocol, bug.invariant);
    expect(() => bug.play(worldOf(bug, broken))).toThrow(`${bug.invariant}: `);
    expect(() => bug.play(worldOf(bug, omniPaxos as unknown as Protocol))).not.toThrow();
  });
});
