/** Liskov & Cowling 2012, §4.2: view changes, one test a claim. */
import { describe, expect, it } from 'vitest';
import { rules } from '../../../protocols/viewstamped-replication/rules.ts';
import {
  loggedValues,
  loseFaithInPrimary,
  ofType,
  put,
  type VrWorld,
  vrWorld,
  without,
} from '../../protocols/vr-world.ts';

const CLIENT = 3;

/** One operation committed everywhere, then the primary is silent and replica 1 notices. */
function primarySilent(): VrWorld {
  const world = vrWorld();
  world.invoke(CLIENT, put(1));
  world.settle();
  world.lose();
  loseFaithInPrimary(world, 1);
  return world;
}

describe('§4.2 view changes', () => {
  it('the primary of view v is replica v modulo n', () => {
    const world = primarySilent();
    world.settle(without(0));
    expect(world.state(1)).toMatchObject({ viewNumber: 1, status: 'normal' });
    expect(world.marks).toContain('primary-elected 1');
  });

  it('a backup that hears from its primary stays in its view', () => {
    const world = vrWorld();
    world.expire(0, 'heartbeat');
    world.expire(0, 'heartbeat');
    world.settle();
    world.expire(1, 'viewChange');
    expect(world.state(1)).toMatchObject({ viewNumber: 0, status: 'normal' });
  });

  it('step 1: a backup that hears nothing advances its view and tells all others', () => {
    const world = primarySilent();
    expect(world.state(1)).toMatchObject({ viewNumber: 1, status: 'view-change' });
    expect(world.inFlight()).toEqual(['StartViewChange 1→0', 'StartViewChange 1→2']);
  });

  it('step 1: a replica joins when it is told of a later view', () => {
    const world = primarySilent();
    world.deliver('StartViewChange', 1, 2);
    expect(world.state(2)).toMatchObject({ viewNumber: 1, status: 'view-change' });
    expect(world.inFlight()).toContain('StartViewChange 2→1');
  });

  it('step 2: DoViewChange waits for StartViewChange of f other replicas', () => {
    const world = vrWorld({ replicas: 5 });
    loseFaithInPrimary(world, 2);
    world.deliver('StartViewChange', 2, 3);
    expect(world.inFlight()).not.toContain('DoViewChange 3→1');
    world.deliver('StartViewChange', 2, 4);
    world.deliver('StartViewChange', 4, 3);
    expect(world.inFlight()).toContain('DoViewChange 3→1');
  });

  it('in a view change a replica neither accepts nor acknowledges requests of the old view', () => {
    const world = primarySilent();
    world.invoke(CLIENT, put(2));
    world.deliver('Request', CLIENT, 0);
    world.deliver('Prepare', 0, 1);
    expect(world.state(1).opNumber).toBe(1);
    expect(world.inFlight()).not.toContain('PrepareOk 1→0');
    expect(world.marks).toContain('stale-message-dropped 1');
  });

  it('step 3: the new primary waits for f + 1 DoViewChange, its own among them', () => {
    const world = vrWorld({ replicas: 5 });
    loseFaithInPrimary(world, 2);
    world.settle(ofType('StartViewChange'));
    world.deliver('DoViewChange', 2, 1);
    expect(world.state(1).status).toBe('view-change');
    world.deliver('DoViewChange', 3, 1);
    expect(world.state(1).status).toBe('normal');
  });

  it('step 3: a copy of one DoViewChange is not another one', () => {
    const world = vrWorld({ replicas: 5 });
    loseFaithInPrimary(world, 2);
    world.settle(ofType('StartViewChange'));
    const { message } = world.take('DoViewChange', 2, 1);
    world.lose(ofType('DoViewChange'));
    world.inject(2, 1, message);
    world.inject(2, 1, message);
    world.settle(ofType('DoViewChange'));
    expect(world.state(1).status).toBe('view-change');
  });

  it('step 3: the log of the latest normal view is chosen, though another is longer', () => {
    const report = { type: 'DoViewChange', viewNumber: 5, crashVector: [0, 0, 0] } as const;
    const log = vrLog(3);
    const long = { ...report, log, opNumber: 3, lastNormalView: 1, commitNumber: 3 };
    const late = { ...report, log: log.slice(2), opNumber: 1, lastNormalView: 4, commitNumber: 0 };
    expect(rules.chooseLog([long, late])).toBe(late);
    expect(rules.chooseLog([late, long])).toBe(late);
  });

  it('step 3: among logs of the same view the longest is chosen', () => {
    const report = { type: 'DoViewChange', viewNumber: 5, crashVector: [0, 0, 0] } as const;
    const log = vrLog(3);
    const short = { ...report, log: log.slice(0, 1), opNumber: 1, lastNormalView: 2 };
    const long = { ...report, log, opNumber: 3, lastNormalView: 2 };
    const reports = [
      { ...short, commitNumber: 1 },
      { ...long, commitNumber: 0 },
    ];
    expect(rules.chooseLog(reports).opNumber).toBe(3);
    expect(rules.chooseLog(reports.slice().reverse()).opNumber).toBe(3);
    expect(rules.chooseCommitNumber(reports)).toBe(1);
  });

  it('step 4: the new primary executes what is committed and answers the clients', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.settle(ofType('Request', 'Prepare'));
    world.lose();
    loseFaithInPrimary(world, 1);
    world.settle(without(0));
    expect(world.state(1).commitNumber).toBe(1);
    expect(world.outcomes).toEqual([{ client: 3, how: 'completed', output: null }]);
  });

  it('step 5: backups take over the log, acknowledge what is not committed, and execute', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    world.deliver('Prepare', 0, 1);
    world.lose();
    loseFaithInPrimary(world, 1);
    world.settle(({ message, from, to }) => message.type !== 'PrepareOk' && from + to !== 1);
    expect(loggedValues(world.state(2))).toEqual([1]);
    expect(world.inFlight()).toContain('PrepareOk 2→1');
  });

  it('the old primary follows into the new view and drops what nobody else had', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    world.lose();
    loseFaithInPrimary(world, 1);
    world.settle(without(0));
    world.expire(1, 'heartbeat');
    world.expire(1, 'heartbeat');
    world.settle();
    expect(world.state(0)).toMatchObject({ viewNumber: 1, status: 'normal', opNumber: 0 });
  });

  it('a request that a view change has dropped is new again when the client repeats it', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    world.lose();
    loseFaithInPrimary(world, 1);
    world.settle(without(0));
    // A later view gives replica 0 the lead again, with its client-table of view 0.
    world.lose();
    for (const replica of [2, 2]) loseFaithInPrimary(world, replica);
    world.settle();
    expect(world.state(0)).toMatchObject({ viewNumber: 3, status: 'normal', opNumber: 0 });
    world.expire(CLIENT, 'retry');
    world.settle();
    expect(world.outcomes).toHaveLength(1);
  });

  it('a StartViewChange of the view that a replica is normal in does not disturb it', () => {
    const world = primarySilent();
    world.settle(without(0));
    world.lose();
    world.inject(0, 2, { type: 'StartViewChange', viewNumber: 1, crashVector: [0, 0, 0] });
    world.inject(0, 1, { type: 'StartViewChange', viewNumber: 1, crashVector: [0, 0, 0] });
    world.settle(ofType('StartViewChange'));
    expect(world.state(1).status).toBe('normal');
    expect(world.state(2).status).toBe('normal');
    expect(world.inFlight()).toEqual(['StartView 1→0']);
  });

  it('lost view change messages are sent again', () => {
    const world = primarySilent();
    world.lose();
    world.expire(1, 'viewChangeResend');
    world.settle(ofType('StartViewChange'));
    world.lose();
    world.expire(2, 'viewChangeResend');
    expect(world.inFlight()).toContain('DoViewChange 2→1');
    world.settle();
    expect(world.state(1).status).toBe('normal');
  });

  it('a view change that stalls gives way to the next view, with more patience', () => {
    const world = vrWorld({ options: { viewChangeSpread: 0 } });
    loseFaithInPrimary(world, 2);
    const started = world.now;
    world.expire(2, 'viewChange');
    const first = world.now - started;
    world.expire(2, 'viewChange');
    expect(world.state(2).viewNumber).toBe(3);
    expect(world.now - started - first).toBe(2 * first);
  });

  it('an acknowledgement of an earlier view does not count', () => {
    const world = primarySilent();
    world.settle(without(0));
    world.invoke(CLIENT, put(2));
    // The retry timer is still that of the first operation; it goes on for the second's rest.
    world.expire(CLIENT, 'retry');
    world.expire(CLIENT, 'retry');
    world.settle(ofType('Request'));
    world.lose();
    world.inject(2, 1, { type: 'PrepareOk', viewNumber: 0, opNumber: 2 });
    world.settle(ofType('PrepareOk'));
    expect(world.state(1)).toMatchObject({ opNumber: 2, commitNumber: 1 });
  });

  it('a view change as a whole goes as in the golden transcript', async () => {
    const world = vrWorld();
    world.invoke(CLIENT, put('a'));
    world.settle();
    world.invoke(CLIENT, put('b'));
    world.deliver('Request', CLIENT, 0);
    world.deliver('Prepare', 0, 2);
    world.crash(0);
    world.lose();
    loseFaithInPrimary(world, 1);
    world.settle();
    const text = `${world.transcript.join('\n')}\n`;
    await expect(text).toMatchFileSnapshot('golden/view-change.txt');
  });
});

function vrLog(length: number) {
  return Array.from({ length }, (_, index) => ({
    type: 'Request' as const,
    operation: put(index),
    clientId: CLIENT,
    requestNumber: index + 1,
  }));
}
