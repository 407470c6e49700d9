/**
 * Van Renesse & Schneider 2004, §3: the master, which its authors replicate by Paxos. When the one
 * that acts fails, another one takes over; here that is claimed in terms of ours.
 */
import { describe, expect, it } from 'vitest';
import {
  CLIENT,
  commandsIn,
  FIRST,
  HEAD,
  MIDDLE,
  masterAt,
  mastersWorld,
  passAmongMasters,
  SECOND,
  seekElection,
  TAIL,
  THIRD,
  takeOver,
} from '../../protocols/chain-masters-world.ts';
import {
  type ChainWorld,
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

/** What the masters have decided and this one has executed. */
function configurationAt(world: ChainWorld, id: number) {
  return masterAt(world, id).configuration;
}

function isPhase2a({ message }: { readonly message: { readonly type: string } }): boolean {
  return (
    message.type === 'MasterPaxos' &&
    (message as { readonly message?: { readonly type: string } }).message?.type === 'Phase2a'
  );
}

/** The first master dies; the second one is elected, and its first command is on its way. */
function secondIsElected(): ChainWorld {
  const world = mastersWorld();
  world.crash(FIRST);
  world.lose();
  seekElection(world, SECOND);
  world.settle((packet) => !isPhase2a(packet) && without(FIRST)(packet));
  return world;
}

describe('a master that is elected', () => {
  it('begins with a command that names its ballot', () => {
    const world = secondIsElected();
    const { ballot } = masterAt(world, SECOND).paxos.leader;
    const commands = world.flying.filter(without(FIRST)).flatMap(commandsIn);
    expect(commands).toEqual([{ f: 'act', term: ballot }]);
  });

  it('does not act before that is decided: it answers no heartbeat, and no question', () => {
    const world = secondIsElected();
    world.lose();
    world.expire(TAIL, 'heartbeat');
    world.inject(TAIL, SECOND, { type: 'GetConfiguration' });
    world.settle(({ to, message }) => to === SECOND && message.type !== 'MasterPaxos');
    expect(masterAt(world, SECOND).actingSince).toBe(-1);
    expect(world.inFlight()).not.toContain(`HeartbeatReply ${SECOND}→${TAIL}`);
    // What is decided stays so: that much it may tell.
    expect(world.inFlight()).toContain(`ChainConfig ${SECOND}→${TAIL}`);
  });

  it('acts once that is decided, and grants the tail its lease', () => {
    const world = secondIsElected();
    world.settle(without(FIRST));
    expect(masterAt(world, SECOND).actingSince).toBe(world.now);
    passAmongMasters(world, 1, [FIRST]);
    expect(server(world, TAIL).echo.master).toBe(SECOND);
    write(world, 1);
    world.invoke(CLIENT, get());
    world.settle();
    expect(lastAnswer(world)).toBe(1);
  });

  it('knows by then what was decided before, though it had not been told', () => {
    const world = mastersWorld();
    // The second master accepts what is decided, and does not hear that it is.
    const isSecret = without(TAIL);
    for (const end = world.now + LONG; world.now < end; ) {
      for (const node of [FIRST, HEAD, MIDDLE]) {
        for (const timer of ['heartbeat', 'supervise']) {
          if (world.hasTimer(node, timer)) world.expire(node, timer);
        }
      }
      world.settle((packet) => isSecret(packet) && (packet.to !== SECOND || isPhase2a(packet)));
      world.lose();
    }
    expect(configurationAt(world, FIRST).chain).toEqual([HEAD, MIDDLE]);
    expect(configurationAt(world, SECOND).chain).toEqual([HEAD, MIDDLE, TAIL]);
    world.crash(FIRST);
    seekElection(world, SECOND);
    world.settle(({ to, from, message }) => {
      const isAmongMasters = message.type === 'MasterPaxos' && to !== FIRST && from !== FIRST;
      return isAmongMasters && masterAt(world, SECOND).actingSince < 0;
    });
    expect(masterAt(world, SECOND).actingSince).toBeGreaterThan(0);
    expect(configurationAt(world, SECOND).chain).toEqual([HEAD, MIDDLE]);
  });
});

describe('a command of an earlier term', () => {
  it('is void once another master acts, even if it is decided after that', () => {
    const world = mastersWorld({ options: { suspectAfter: 60_000 } });
    // The first master is cut off from the others just before it would remove the tail.
    passAmongMasters(world, 50_000, [TAIL]);
    for (let beat = 0; beat < 5 && masterAt(world, FIRST).proposed === null; beat++) {
      for (const node of [FIRST, SECOND, THIRD, HEAD, MIDDLE]) {
        for (const timer of ['heartbeat', 'supervise']) {
          if (world.hasTimer(node, timer)) world.expire(node, timer);
        }
      }
      world.settle((packet) => !isPhase2a(packet) && without(TAIL)(packet));
    }
    expect(masterAt(world, FIRST).proposed).toMatchObject({ f: 'remove', server: TAIL });
    world.lose();
    takeOver(world, SECOND, [FIRST]);
    expect(masterAt(world, SECOND).actingSince).toBe(world.now);
    world.lose();
    // It hears of the new leader, and hands on what it had asked for.
    world.expire(SECOND, 'heartbeat');
    world.settle(({ message }) => message.type === 'MasterPaxos');
    const { decisions } = masterAt(world, SECOND).paxos.replica;
    expect(JSON.stringify(decisions)).toContain('"f":"remove"');
    expect(configurationAt(world, SECOND)).toMatchObject({ epoch: 1, chain: [HEAD, MIDDLE, TAIL] });
  });
});

describe('a wish of an operator', () => {
  it('is void if another one has been decided since it was put forward', () => {
    const world = mastersWorld();
    const ofMasters = ofType('MasterPaxos', 'Wish');
    world.reconfigure(FIRST, [HEAD, MIDDLE]);
    expect(world.flying.flatMap(commandsIn)).toContainEqual(
      expect.objectContaining({ f: 'want', number: 1, askedOf: FIRST, servers: [HEAD, MIDDLE] }),
    );
    world.lose();
    takeOver(world, SECOND, [FIRST]);
    world.lose();
    world.reconfigure(SECOND, [HEAD, TAIL]);
    world.settle((packet) => ofMasters(packet) && without(FIRST)(packet));
    const { app } = masterAt(world, SECOND).paxos.replica;
    expect(app).toMatchObject({ wishes: 1, wanted: [HEAD, TAIL] });
    world.lose();
    // The first master hands on what it had proposed, and it is decided after the other one.
    world.expire(SECOND, 'heartbeat');
    world.settle(ofType('MasterPaxos'));
    const decided = JSON.stringify(masterAt(world, SECOND).paxos.replica.decisions);
    expect(decided.match(/"f":"want","number":1,/g)).toHaveLength(2);
    expect(app).toMatchObject({ wishes: 1, wanted: [HEAD, TAIL] });
    // It asks anew, for it was not heard: what is asked for last counts.
    expect(masterAt(world, FIRST).wish?.servers).toEqual([HEAD, MIDDLE]);
  });
});

describe('a master that begins to act', () => {
  it('takes it that every server was heard, and granted a lease, at that moment', () => {
    const options = { suspectAfter: 30_000, leaseDuration: 100_000, heartbeatInterval: 1_000 };
    const world = mastersWorld({ options });
    world.crash(FIRST);
    world.lose();
    takeOver(world, SECOND, [FIRST, TAIL]);
    const since = masterAt(world, SECOND).actingSince;
    // By its own clock, which may gain a fifth, a lease lasts so long at most.
    while (world.now < since + 120_000 - 2_000) {
      passAmongMasters(world, 1, [FIRST, TAIL]);
      expect(configurationAt(world, SECOND).chain).toContain(TAIL);
    }
    expect(world.marks).toContain(`removal-waits-for-lease ${SECOND}`);
    passAmongMasters(world, 4_000, [FIRST, TAIL]);
    expect(configurationAt(world, SECOND).chain).toEqual([HEAD, MIDDLE]);
  });

  it('goes on with whoever is joining', () => {
    const world = mastersWorld({ options: { servers: 2, autoExtend: false } });
    write(world, 1);
    world.reconfigure(FIRST, [HEAD, MIDDLE, TAIL]);
    const isJoining = (): boolean => configurationAt(world, SECOND).joining === TAIL;
    for (let beat = 0; beat < 10 && !isJoining(); beat++) {
      for (const node of [FIRST, HEAD, MIDDLE, TAIL]) {
        for (const timer of ['heartbeat', 'supervise']) {
          if (world.hasTimer(node, timer)) world.expire(node, timer);
        }
      }
      world.settle(() => !isJoining());
    }
    expect(configurationAt(world, SECOND)).toMatchObject({ chain: [HEAD, MIDDLE], joining: TAIL });
    world.crash(FIRST);
    world.lose();
    takeOver(world, SECOND, [FIRST]);
    passAmongMasters(world, LONG, [FIRST]);
    expect(configurationAt(world, SECOND)).toMatchObject({
      chain: [HEAD, MIDDLE, TAIL],
      joining: null,
    });
    expect(server(world, TAIL).length).toBe(1);
  });

  it('goes on with what operators have asked of another', () => {
    const world = mastersWorld();
    world.reconfigure(FIRST, [HEAD, TAIL]);
    world.settle(({ message }) => ['Wish', 'MasterPaxos'].includes(message.type));
    world.expire(FIRST, 'heartbeat');
    world.settle(({ message }) => message.type === 'MasterPaxos');
    expect(configurationAt(world, FIRST).chain).toEqual([HEAD, MIDDLE, TAIL]);
    world.crash(FIRST);
    world.lose();
    takeOver(world, SECOND, [FIRST]);
    passAmongMasters(world, LONG, [FIRST]);
    expect(configurationAt(world, SECOND).chain).toEqual([HEAD, TAIL]);
  });
});

describe('a master that does not act', () => {
  it('answers no heartbeat, so that it grants no lease', () => {
    const world = mastersWorld();
    world.expire(TAIL, 'heartbeat');
    world.settle(ofType('ServerHeartbeat'));
    expect(world.inFlight()).toEqual([`HeartbeatReply ${FIRST}→${TAIL}`]);
    expect([SECOND, THIRD].map((id) => masterAt(world, id).grants)).toEqual([0, 0]);
  });

  it('removes nobody, whoever it has not heard', () => {
    const world = mastersWorld();
    passAmongMasters(world, LONG, [FIRST, TAIL]);
    expect(world.marks.filter((mark) => mark.startsWith('remove-proposed'))).toEqual([]);
    expect(configurationAt(world, SECOND).epoch).toBe(1);
  });

  it('tells whoever asks what the configuration is', () => {
    const world = mastersWorld();
    passAmongMasters(world, LONG, [TAIL]);
    world.inject(CLIENT, THIRD, { type: 'GetConfiguration' });
    world.settle(ofType('GetConfiguration'));
    expect(world.flying[0]?.message).toMatchObject({
      type: 'ChainConfig',
      configuration: { epoch: 2, chain: [HEAD, MIDDLE] },
    });
  });
});

describe('a master that has lost its own lease', () => {
  it('grants none, and removes nobody, for it may have a successor already', () => {
    const world = mastersWorld();
    passAmongMasters(world, LONG, [SECOND, THIRD, TAIL]);
    expect(masterAt(world, FIRST).actingSince).toBeGreaterThanOrEqual(0);
    expect(configurationAt(world, FIRST).chain).toEqual([HEAD, MIDDLE, TAIL]);
    const { grants } = masterAt(world, FIRST);
    world.expire(TAIL, 'heartbeat');
    world.settle(ofType('ServerHeartbeat'));
    expect(masterAt(world, FIRST).grants).toBe(grants);
    expect(world.inFlight()).not.toContain(`HeartbeatReply ${FIRST}→${TAIL}`);
  });

  it('stops acting when it hears of that successor', () => {
    const world = mastersWorld();
    takeOver(world, SECOND, [FIRST]);
    world.lose();
    world.expire(SECOND, 'heartbeat');
    world.settle();
    expect(masterAt(world, FIRST)).toMatchObject({ actingSince: -1, term: 0, proposed: null });
    expect(world.marks).toContain(`acting-ended ${FIRST}`);
  });
});

describe('updates', () => {
  it('need no master while no server fails', () => {
    const world = mastersWorld();
    write(world, 1);
    for (const each of [FIRST, SECOND, THIRD]) world.crash(each);
    world.lose();
    write(world, 2, 3);
    expect(server(world, TAIL).length).toBe(3);
  });

  it('go on past a failed server when the masters have another one to act', () => {
    const world = mastersWorld();
    write(world, 1);
    world.crash(FIRST);
    world.crash(HEAD);
    world.lose();
    world.invoke(CLIENT, put(2));
    world.lose();
    takeOver(world, SECOND, [FIRST, HEAD]);
    passAmongMasters(world, LONG, [FIRST, HEAD]);
    retry(world);
    world.settle(without(FIRST, HEAD));
    expect(world.outcomes).toHaveLength(2);
    expect(server(world, TAIL).length).toBe(2);
  });
});
