/**
 * Whom the master removes: van Renesse & Schneider 2004, §3, take it that failures are noticed,
 * and nothing else is. Here a master suspects, and takes care on whose word it acts.
 */
import { describe, expect, it } from 'vitest';
import type { ServerHeartbeat } from '../../../protocols/chain-replication/messages.ts';
import type { Micros, NodeId } from '../../../sim/contract.ts';
import {
  type ChainPacket,
  type ChainWorld,
  chainOf,
  chainWorld,
  HEAD,
  LONG,
  MASTER,
  MIDDLE,
  master,
  ofType,
  pass,
  server,
  TAIL,
  without,
} from '../../protocols/chain-world.ts';

const SUSPECT_AFTER: Micros = 60_000;
/** Nobody has a lease that a removal would have to wait for. */
const OPTIONS = { readMode: 'confirm', suspectAfter: SUSPECT_AFTER } as const;

function world(options: object = {}): ChainWorld {
  return chainWorld({ options: { ...OPTIONS, ...options } });
}

/** Like `pass`, but that only what is wanted arrives. */
function passOnly(
  here: ChainWorld,
  time: Micros,
  alive: readonly NodeId[],
  wanted: (packet: ChainPacket) => boolean,
): void {
  for (const end = here.now + time; here.now < end; ) {
    for (const timer of ['heartbeat', 'supervise']) here.expire(MASTER, timer);
    for (const each of alive) here.expire(each, 'heartbeat');
    here.settle(wanted);
    here.lose();
  }
}

describe('a master removes a server', () => {
  it('when it has not heard it for longer than `suspectAfter`, and not before', () => {
    const here = world({ heartbeatInterval: 1_000 });
    const heardAt = master(here).heardAt[TAIL]!;
    while (chainOf(here).includes(TAIL)) {
      expect(here.now).toBeLessThan(heardAt + SUSPECT_AFTER + 2_000);
      pass(here, 1, [TAIL]);
    }
    expect(here.now).toBeGreaterThan(heardAt + SUSPECT_AFTER);
  });

  it('at a time, so that two that have failed are gone after two epochs', () => {
    const here = world();
    passOnly(here, SUSPECT_AFTER + 20_000, [TAIL], ofType('ServerHeartbeat', 'HeartbeatReply'));
    expect(master(here).proposed).toEqual({ f: 'remove', epoch: 1, server: HEAD });
    const proposals = here.marks.filter((mark) => mark === `remove-proposed ${MASTER}`);
    expect(proposals).toHaveLength(1);
    passOnly(here, 50_000, [TAIL], ofType('ServerHeartbeat', 'HeartbeatReply', 'ChainConfig'));
    expect(master(here).configuration.epoch).toBe(1);
  });

  it('on the word of another one that is settled, and has heard the master lately', () => {
    const here = world();
    // What the servers say arrives, and nothing that the master says.
    const hasEcho = without(TAIL);
    const isHeard = (packet: ChainPacket): boolean =>
      hasEcho(packet) && packet.message.type !== 'HeartbeatReply';
    passOnly(here, LONG, [HEAD, MIDDLE], isHeard);
    expect(chainOf(here)).toEqual([HEAD, MIDDLE, TAIL]);
    passOnly(here, 20_000, [HEAD, MIDDLE], hasEcho);
    expect(chainOf(here)).toEqual([HEAD, MIDDLE]);
  });

  it('not on the word of a dead one, whose heartbeats were late', () => {
    const here = world();
    const late: ServerHeartbeat[] = [];
    for (let beat = 0; beat < 30; beat++) {
      here.expire(MIDDLE, 'heartbeat');
      const { message } = here.take('ServerHeartbeat', MIDDLE, MASTER);
      if (message.type === 'ServerHeartbeat') late.push(message);
    }
    for (const id of [HEAD, MIDDLE]) here.crash(id);
    for (const message of late) {
      here.inject(MIDDLE, MASTER, message);
      here.settle(ofType('ServerHeartbeat'));
      here.expire(MASTER, 'supervise');
      here.settle(ofType('MasterPaxos'));
    }
    expect(here.now - master(here).heardAt[MIDDLE]!).toBeLessThan(SUSPECT_AFTER);
    expect(here.now - master(here).heardAt[TAIL]!).toBeGreaterThan(SUSPECT_AFTER);
    expect(chainOf(here)).toEqual([HEAD, MIDDLE, TAIL]);
  });

  it('not on what has been said to another master', () => {
    const here = world();
    for (const end = here.now + LONG; here.now < end; ) {
      for (const timer of ['heartbeat', 'supervise']) here.expire(MASTER, timer);
      here.expire(MIDDLE, 'heartbeat');
      const { message } = here.take('ServerHeartbeat', MIDDLE, MASTER);
      const echo = { master: HEAD, at: here.now };
      here.inject(MIDDLE, MASTER, { ...message, echo } as ServerHeartbeat);
      here.settle(ofType('ServerHeartbeat', 'MasterPaxos'));
    }
    expect(chainOf(here)).toEqual([HEAD, MIDDLE, TAIL]);
  });

  it('not on the word of one that was heard hardly later, and may have died with it', () => {
    const heard = (later: Micros): readonly NodeId[] => {
      const here = world();
      pass(here, later, [MIDDLE, TAIL]);
      pass(here, LONG, [HEAD, MIDDLE, TAIL]);
      return chainOf(here);
    };
    expect(heard(10_000)).toEqual([HEAD, MIDDLE, TAIL]);
    expect(heard(40_000)).toEqual([HEAD]);
  });

  it('at once, if it says itself that it has lost its state', () => {
    const here = world();
    pass(here, 10_000);
    const { now } = here;
    here.crash(HEAD);
    here.restart(HEAD);
    here.settle();
    expect(server(here, HEAD).incarnation).toBe(1);
    expect(here.now).toBe(now);
    expect(chainOf(here)).toEqual([MIDDLE, TAIL]);
  });
});

describe('a heartbeat', () => {
  it('that was overtaken, or comes twice, says nothing', () => {
    const here = world();
    here.expire(TAIL, 'heartbeat');
    const early = here.take('ServerHeartbeat', TAIL, MASTER);
    here.expire(TAIL, 'heartbeat');
    const latest = here.flying.find(({ message }) => message.type === 'ServerHeartbeat')!;
    here.settle();
    const { heardAt, heartbeats } = master(here);
    const at = heardAt[TAIL];
    here.now += 5_000;
    for (const { message } of [early, latest]) here.inject(TAIL, MASTER, message);
    here.settle(ofType('ServerHeartbeat'));
    expect(heardAt[TAIL]).toBe(at);
    expect(heartbeats[TAIL]).toBe(latest.message);
    expect(here.inFlight()).toEqual([]);
  });

  it('of an earlier incarnation says nothing once a later one was heard', () => {
    const here = world();
    here.expire(HEAD, 'heartbeat');
    const early = here.take('ServerHeartbeat', HEAD, MASTER);
    here.crash(HEAD);
    here.restart(HEAD);
    here.settle();
    here.inject(HEAD, MASTER, { ...early.message, sentAt: here.now + 1 } as ServerHeartbeat);
    here.settle(ofType('ServerHeartbeat'));
    expect(master(here).heartbeats[HEAD]?.incarnation).toBe(1);
  });
});

describe('a master that hears nobody', () => {
  it('doubts itself, and removes nobody', () => {
    const here = world();
    pass(here, LONG, [HEAD, MIDDLE, TAIL]);
    expect(master(here).configuration).toMatchObject({ epoch: 1, chain: [HEAD, MIDDLE, TAIL] });
    pass(here, LONG);
    expect(chainOf(here)).toEqual([HEAD, MIDDLE, TAIL]);
  });
});
