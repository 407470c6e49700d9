/**
 * Queries without leases: the tail asks, once the query is here, whether its epoch is current, and
 * the acting master asks a quorum of masters. In the place of the perfect failure detector of van
 * Renesse & Schneider 2004, §3, and with no trust in clocks.
 */
import { describe, expect, it } from 'vitest';
import {
  CLIENT,
  FIRST,
  HEAD,
  MIDDLE,
  masterAt,
  mastersWorld,
  passAmongMasters,
  SECOND,
  TAIL,
  THIRD,
  takeOver,
} from '../../protocols/chain-masters-world.ts';
import {
  type ChainWorld,
  DURABLE,
  get,
  LONG,
  lastAnswer,
  ofType,
  put,
  retry,
  server,
  without,
  write,
} from '../../protocols/chain-world.ts';

const query = { type: 'Query', operation: get(), requestNumber: 90 } as const;
const OTHER = CLIENT + 1;
const REPLY = `Reply ${TAIL}→${CLIENT}`;

function confirmWorld(options: object = {}): ChainWorld {
  const world = mastersWorld({ clients: 2, options: { readMode: 'confirm', ...options } });
  write(world, 1);
  world.lose();
  return world;
}

function answered(world: ChainWorld): number {
  return server(world, TAIL).answeredQueries;
}

describe('a tail that is asked', () => {
  it('asks every master, and one answers: the one that acts', () => {
    const world = confirmWorld();
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query'));
    const asked = [FIRST, SECOND, THIRD].map((id) => `Confirm ${TAIL}→${id}`);
    expect(world.inFlight()).toEqual(asked);
    world.settle(ofType('Confirm', 'MasterPaxos'));
    expect(world.inFlight()).toEqual([`Confirmed ${FIRST}→${TAIL}`]);
    world.settle(ofType('Confirmed'));
    expect(world.inFlight()).toEqual([REPLY]);
  });

  it('answers nothing on the word of a master that hears no quorum', () => {
    const world = confirmWorld();
    world.inject(CLIENT, TAIL, query);
    world.settle(without(SECOND, THIRD));
    expect(world.inFlight()).not.toContain(`Confirmed ${FIRST}→${TAIL}`);
    expect(answered(world)).toBe(0);
    world.settle();
    expect(answered(world)).toBe(1);
  });

  it('answers nothing with an earlier master, when a later one has replaced it', () => {
    const world = confirmWorld();
    // The first master and the tail hear each other, and nobody else.
    const isCutOff = [FIRST, TAIL];
    takeOver(world, SECOND, isCutOff);
    passAmongMasters(world, LONG, isCutOff);
    expect(masterAt(world, SECOND).configuration.chain).toEqual([HEAD, MIDDLE]);
    expect(masterAt(world, FIRST)).toMatchObject({ configuration: { epoch: 1 } });
    expect(masterAt(world, FIRST).actingSince).toBeGreaterThanOrEqual(0);
    world.inject(CLIENT, TAIL, query);
    world.settle(without(SECOND, THIRD, HEAD, MIDDLE));
    expect(answered(world)).toBe(0);
    // It learns that its epoch is over when it hears the others again.
    world.settle();
    passAmongMasters(world, 20_000);
    expect(answered(world)).toBe(0);
    expect(server(world, TAIL).waitingQueries).toEqual([]);
  });

  it('answers however long that takes: no clock is asked', () => {
    const world = confirmWorld();
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query', 'Confirm'));
    world.now += 50 * LONG;
    world.settle(({ message }) => message.type !== 'Reply');
    expect(world.inFlight()).toEqual([REPLY]);
  });

  it('asks again when no answer comes', () => {
    const world = confirmWorld();
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query'));
    world.lose();
    world.expire(TAIL, 'confirm');
    expect(world.marks).toContain(`confirmation-retried ${TAIL}`);
    world.settle();
    expect(answered(world)).toBe(1);
    expect(world.hasTimer(TAIL, 'confirm')).toBe(true);
    world.expire(TAIL, 'confirm');
    expect(world.inFlight()).toEqual([]);
  });
});

describe('an answer to a question', () => {
  it('counts for queries that were here when it was asked, and for no later one', () => {
    const world = confirmWorld();
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query'));
    world.inject(OTHER, TAIL, query);
    world.settle(ofType('Query', 'Confirm', 'MasterPaxos', 'Confirmed'));
    expect(answered(world)).toBe(2);
    const other = confirmWorld();
    other.inject(CLIENT, TAIL, query);
    other.settle(ofType('Query'));
    other.inject(OTHER, TAIL, query);
    other.settle(({ message }) => ['Query', 'Confirm', 'MasterPaxos'].includes(message.type));
    other.deliver('Confirmed', FIRST, TAIL);
    expect(answered(other)).toBe(1);
    expect(other.inFlight()).toContain(`Confirm ${TAIL}→${FIRST}`);
  });

  it('counts once: a copy says nothing of a later question', () => {
    const world = confirmWorld();
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query', 'Confirm', 'MasterPaxos'));
    const { message } = world.flying[0]!;
    world.settle();
    expect(answered(world)).toBe(1);
    world.inject(OTHER, TAIL, query);
    world.settle(ofType('Query'));
    world.lose();
    world.inject(FIRST, TAIL, message);
    world.settle();
    expect(answered(world)).toBe(1);
  });

  it('counts for nothing to a tail that has restarted since, and counts its questions anew', () => {
    const options = { readMode: 'confirm', ...DURABLE };
    const world = mastersWorld({ clients: 2, options });
    write(world, 1);
    world.lose();
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query', 'Confirm', 'MasterPaxos'));
    const { message } = world.take('Confirmed', FIRST, TAIL);
    world.crash(TAIL);
    world.restart(TAIL);
    world.settle();
    world.inject(OTHER, TAIL, query);
    world.settle(ofType('Query'));
    expect(message).toMatchObject({ round: server(world, TAIL).round });
    world.lose();
    world.inject(FIRST, TAIL, message);
    world.settle();
    expect(answered(world)).toBe(0);
    world.expire(TAIL, 'confirm');
    world.settle();
    expect(answered(world)).toBe(1);
  });

  it('is of a quorum that the master asked after the question had come', () => {
    const world = confirmWorld();
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query'));
    const { message } = world.take('Confirm', TAIL, FIRST);
    const { requestCount } = masterAt(world, FIRST);
    for (let copy = 0; copy < 3; copy++) world.inject(TAIL, FIRST, message);
    world.settle(ofType('Confirm'));
    // The first one is under way; those that came meanwhile wait, and are answered together.
    expect(masterAt(world, FIRST).requestCount).toBe(requestCount + 1);
    expect(masterAt(world, FIRST).toConfirm).toHaveLength(1);
    world.settle();
    expect(masterAt(world, FIRST).requestCount).toBe(requestCount + 2);
    expect(masterAt(world, FIRST)).toMatchObject({ confirming: [], toConfirm: [] });
    expect(answered(world)).toBe(1);
  });
});

describe('where tails ask', () => {
  it('no lease is granted, and none is waited for', () => {
    const world = confirmWorld({ leaseDuration: 100 * LONG });
    world.expire(TAIL, 'heartbeat');
    world.settle(ofType('ServerHeartbeat'));
    const reply = world.flying.find(({ message }) => message.type === 'HeartbeatReply');
    expect(reply?.message).toMatchObject({ lease: 0 });
    passAmongMasters(world, LONG, [TAIL]);
    expect(world.marks).not.toContain(`removal-waits-for-lease ${FIRST}`);
    expect(masterAt(world, FIRST).configuration.chain).toEqual([HEAD, MIDDLE]);
  });

  it('the next tail answers with all that the old one did', () => {
    const world = confirmWorld();
    passAmongMasters(world, LONG, [TAIL]);
    world.invoke(CLIENT, put(2));
    world.settle();
    expect(world.outcomes).toHaveLength(2);
    world.invoke(CLIENT, get());
    world.settle(without(TAIL));
    retry(world);
    world.settle(without(TAIL));
    expect(lastAnswer(world)).toBe(2);
    expect(server(world, MIDDLE).answeredQueries).toBe(1);
  });
});
