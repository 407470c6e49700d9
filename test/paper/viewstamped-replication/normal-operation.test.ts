/** Liskov & Cowling 2012, §4 and §4.1: normal operation, one test a claim. */
import { describe, expect, it } from 'vitest';
import { get, loggedValues, ofType, put, vrWorld } from '../../protocols/vr-world.ts';

const CLIENT = 3;

describe('§4.1 normal operation', () => {
  it('step 1: a client sends its request to the primary of the view it knows', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    expect(world.inFlight()).toEqual(['Request 3→0']);
  });

  it('a backup drops a client request', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    const { message } = world.take('Request', CLIENT, 0);
    world.inject(CLIENT, 1, message);
    world.settle();
    expect(world.state(1).opNumber).toBe(0);
    expect(world.outcomes).toEqual([]);
  });

  it('step 3: the primary logs the request and sends Prepare to all backups', () => {
    const world = vrWorld({ replicas: 5 });
    world.invoke(5, put(1));
    world.deliver('Request', 5, 0);
    expect(world.state(0).opNumber).toBe(1);
    expect(world.inFlight()).toEqual(['Prepare 0→1', 'Prepare 0→2', 'Prepare 0→3', 'Prepare 0→4']);
    expect(world.flying[0]?.message).toBe(world.flying[3]?.message);
  });

  it('step 4: a backup logs the request and acknowledges it', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    world.deliver('Prepare', 0, 1);
    expect(loggedValues(world.state(1))).toEqual([1]);
    expect(world.inFlight()).toContain('PrepareOk 1→0');
  });

  it('step 4: a backup does not acknowledge a Prepare before it has all earlier ones', () => {
    const world = vrWorld({ clients: 2 });
    world.invoke(3, put(1));
    world.invoke(4, put(2));
    world.settle(ofType('Request'));
    const first = world.take('Prepare', 0, 1);
    world.deliver('Prepare', 0, 1);
    expect(world.state(1).opNumber).toBe(0);
    expect(world.inFlight()).not.toContain('PrepareOk 1→0');

    world.inject(0, 1, first.message);
    world.settle(({ to }) => to === 1);
    expect(loggedValues(world.state(1))).toEqual([1, 2]);
    expect(world.take('PrepareOk', 1, 0).message).toMatchObject({ opNumber: 2 });
  });

  it('step 5: the primary commits with f acknowledgements, executes and answers', () => {
    const world = vrWorld({ replicas: 5 });
    world.invoke(5, put(1));
    world.deliver('Request', 5, 0);
    world.deliver('Prepare', 0, 1);
    world.deliver('PrepareOk', 1, 0);
    expect(world.state(0).commitNumber).toBe(0);
    expect(world.marks).toContain('one-ack-short 0');

    world.deliver('Prepare', 0, 2);
    world.deliver('PrepareOk', 2, 0);
    expect(world.state(0).commitNumber).toBe(1);
    world.deliver('Reply', 0, 5);
    expect(world.outcomes).toEqual([{ client: 5, how: 'completed', output: null }]);
  });

  it('step 5: acknowledgements of one backup count once, however often they arrive', () => {
    const world = vrWorld({ replicas: 5 });
    world.invoke(5, put(1));
    world.deliver('Request', 5, 0);
    world.deliver('Prepare', 0, 1);
    const { message } = world.take('PrepareOk', 1, 0);
    for (let copy = 0; copy < 3; copy++) world.inject(1, 0, message);
    world.settle(ofType('PrepareOk'));
    expect(world.state(0).commitNumber).toBe(0);
  });

  it('step 5: a commit of one operation commits all earlier ones', () => {
    const world = vrWorld({ clients: 2 });
    world.invoke(3, put(1));
    world.invoke(4, put(2));
    world.settle(ofType('Request', 'Prepare'));
    world.take('PrepareOk', 1, 0);
    world.deliver('PrepareOk', 1, 0);
    expect(world.state(0).commitNumber).toBe(2);
  });

  it('steps 6 and 7: backups learn of a commit from the next Prepare', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.settle();
    expect(world.state(1).commitNumber).toBe(0);
    world.invoke(CLIENT, put(2));
    world.settle();
    expect(world.state(1).commitNumber).toBe(1);
  });

  it('step 6: an idle primary tells its backups by Commit', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.settle();
    world.expire(0, 'heartbeat');
    world.expire(0, 'heartbeat');
    expect(world.inFlight()).toEqual(['Commit 0→1', 'Commit 0→2']);
    world.settle();
    expect(world.state(1).commitNumber).toBe(1);
    expect(world.state(2).app).toEqual({ x: 1 });
  });

  it('step 6: a busy primary needs no Commit', () => {
    const world = vrWorld();
    world.expire(0, 'heartbeat');
    world.settle();
    world.invoke(CLIENT, put(1));
    world.settle();
    world.expire(0, 'heartbeat');
    expect(world.inFlight()).toEqual([]);
  });

  it('step 7: a backup executes nothing that it has not been told is committed', () => {
    const world = vrWorld({ clients: 2 });
    world.invoke(3, put(1));
    world.invoke(4, put(2));
    world.settle(ofType('Request', 'Prepare'));
    expect(world.state(1).opNumber).toBe(2);
    expect(world.state(1).commitNumber).toBe(0);
    expect(world.state(1).app).toEqual({});
  });

  it('many requests are in flight at once', () => {
    const world = vrWorld({ clients: 4 });
    for (const client of [3, 4, 5, 6]) world.invoke(client, put(client));
    world.settle(ofType('Request'));
    expect(world.state(0).opNumber).toBe(4);
    world.settle();
    expect(world.outcomes).toHaveLength(4);
  });

  it('the reply is the result of the operation', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(7));
    world.settle();
    world.invoke(CLIENT, get());
    world.settle();
    expect(world.outcomes.at(-1)).toEqual({ client: 3, how: 'completed', output: 7 });
  });
});

describe('§4.1 step 2: the client-table', () => {
  it('a repeated request that is executed gets its reply again and is not executed again', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    const { message } = world.flying[0]!;
    world.settle();
    world.inject(CLIENT, 0, message);
    world.settle(ofType('Request'));
    expect(world.inFlight()).toEqual(['Reply 0→3']);
    expect(world.state(0).opNumber).toBe(1);
    expect(world.marks).toContain('reply-from-cache 0');
  });

  it('a repeated request that is pending is ignored', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    const { message } = world.flying[0]!;
    world.deliver('Request', CLIENT, 0);
    world.lose();
    world.inject(CLIENT, 0, message);
    world.settle();
    expect(world.state(0).opNumber).toBe(1);
    expect(world.inFlight()).toEqual([]);
  });

  it('a request older than the latest of its client is dropped', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    const { message } = world.flying[0]!;
    world.settle();
    world.invoke(CLIENT, put(2));
    world.settle();
    world.inject(CLIENT, 0, message);
    world.settle();
    expect(world.state(0).opNumber).toBe(2);
    expect(world.marks).toContain('old-request-dropped 0');
  });
});

describe('§4.1 lost messages', () => {
  it('a primary without its quorum sends Prepare again', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    world.lose();
    world.expire(0, 'prepareResend');
    expect(world.inFlight()).toEqual(['Prepare 0→1', 'Prepare 0→2']);
    world.settle();
    expect(world.outcomes).toHaveLength(1);
  });

  it('a primary waits twice as long after each resend that leads nowhere, until one does', () => {
    const world = vrWorld({ clients: 2 });
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    const waits: number[] = [];
    for (let resend = 0; resend < 3; resend++) {
      const before = world.now;
      world.expire(0, 'prepareResend');
      waits.push(world.now - before);
    }
    const [first = 0] = waits;
    expect(waits).toEqual([first, 2 * first, 4 * first]);

    world.settle();
    world.expire(0, 'prepareResend');
    world.invoke(4, put(2));
    world.deliver('Request', 4, 0);
    const before = world.now;
    world.expire(0, 'prepareResend');
    expect(world.now - before).toBe(first);
  });

  it('a backup acknowledges a repeated Prepare again', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.settle(ofType('Request', 'Prepare'));
    world.lose();
    world.expire(0, 'prepareResend');
    world.settle(ofType('Prepare'));
    expect(world.inFlight()).toEqual(['PrepareOk 1→0', 'PrepareOk 2→0']);
    expect(world.state(1).opNumber).toBe(1);
  });

  it('an unreadable message is dropped and counted', () => {
    const world = vrWorld();
    for (const node of [0, 1, 2, CLIENT]) world.deliverUnreadable(1, node);
    const counted = world.marks.filter((mark) => mark.startsWith('unreadable-dropped'));
    expect(counted).toHaveLength(4);
    world.invoke(CLIENT, put(1));
    world.settle();
    expect(world.outcomes).toHaveLength(1);
  });
});

describe('normal operation as a whole', () => {
  it('goes as in the golden transcript', async () => {
    const world = vrWorld({ clients: 2 });
    world.invoke(3, put('a'));
    world.settle();
    world.invoke(4, put('b'));
    world.invoke(3, get());
    world.settle();
    world.expire(0, 'heartbeat');
    world.expire(0, 'heartbeat');
    world.settle();
    const text = `${world.transcript.join('\n')}\n`;
    await expect(text).toMatchFileSnapshot('golden/normal-operation.txt');
  });
});
