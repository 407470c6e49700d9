/** §2.5 and §5.3: servers that join as the head, or in the middle, and back-propagation. */
import { describe, expect, it } from 'vitest';
import { clientRules as chainClientRules } from '../../../protocols/chain-replication/client.ts';
import { rules as chainRules } from '../../../protocols/chain-replication/rules.ts';
import { craqClientRules } from '../../../protocols/craq/client.ts';
import { craq, makeCraq } from '../../../protocols/craq/index.ts';
import { craqRules } from '../../../protocols/craq/rules.ts';
import { rules as paxosRules } from '../../../protocols/multi-paxos/rules.ts';
import type { Protocol } from '../../../sim/contract.ts';
import {
  ask,
  type CraqPacket,
  type CraqSettings,
  type CraqWorld,
  HEAD,
  insertedWorld,
  joiningWorld,
  joinUntil,
  judgedBy,
  LATE,
  LONG,
  MIDDLE,
  ofType,
  pass,
  READER,
  reached,
  server,
  TAIL,
  told,
  updateAt,
  versionsAt,
  WRITER,
  write,
} from '../../protocols/craq-world.ts';

/** The server that joins, before or behind the head of the chain that there is. */
const NEW = TAIL;

const AS_HEAD: CraqSettings = { options: { joinAt: 'head' } };
const IN_THE_MIDDLE: CraqSettings = { options: { joinAt: 'middle' } };

/** Half as long as a server may be silent. */
const HALF_SUSPECTED = 30_000;

describe('a server that joins as the head (§5.3)', () => {
  it('copies from the head there is, outside the chain, which works on', () => {
    const world = joiningWorld(reached('copying-began', NEW), AS_HEAD);
    expect(server(world, NEW).configuration).toMatchObject({
      chain: [HEAD, MIDDLE],
      joining: NEW,
      before: HEAD,
    });
    world.settle(ofType('Behind', 'Back'));
    expect(world.marks).toContain(`back-propagated ${HEAD}`);
    expect(server(world, NEW).length).toBe(5);
    updateAt(world, HEAD, READER, 6);
    expect(server(world, HEAD).length).toBe(6);
  });

  it('gets the clean version of an object, and the dirty ones after it', () => {
    const world = insertedWorld(AS_HEAD);
    expect(versionsAt(world, NEW)).toBe('5');
    joinUntil(world, reached('joined-as-head', NEW));
    expect(versionsAt(world, NEW)).toBe('5 6*');
  });

  it('takes no update before it agrees with its successor, and keeps those that come', () => {
    const world = insertedWorld(AS_HEAD);
    updateAt(world, NEW, WRITER, 7);
    expect(world.marks).toContain(`update-waits-for-agreement ${NEW}`);
    expect(server(world, NEW).length).toBe(5);
    joinUntil(world, reached('joined-as-head', NEW));
    expect(versionsAt(world, NEW)).toBe('5 6* 7*');
    expect(server(world, NEW).clientTable[READER]?.requestNumber).toBe(LATE);
  });

  it('numbers what it takes above all that the successor has, and the chain commits both', () => {
    const world = insertedWorld(AS_HEAD);
    updateAt(world, NEW, WRITER, 7);
    joinUntil(world, reached('joined-as-head', NEW));
    world.settle();
    pass(world, LONG);
    for (const id of [NEW, HEAD, MIDDLE]) expect(versionsAt(world, id)).toBe('7');
    expect(server(world, NEW).configuration).toMatchObject({
      chain: [NEW, HEAD, MIDDLE],
      joining: null,
    });
  });

  it('performs an update once that the old head had taken, too', () => {
    const world = insertedWorld(AS_HEAD);
    updateAt(world, NEW, READER, 6);
    joinUntil(world, reached('joined-as-head', NEW));
    expect(versionsAt(world, NEW)).toBe('5 6*');
    expect(server(world, NEW).waitingUpdates).toEqual([]);
  });

  it('sends reads on until then, whatever they want', () => {
    const world = insertedWorld(AS_HEAD);
    for (const level of [undefined, 'eventual', 'bounded'] as const) {
      ask(world, NEW, level);
      expect(world.inFlight()).toContain(`Redirect ${NEW}→${READER}`);
      world.lose(({ to }) => to === READER);
    }
    const { requestNumber } = world.clientState(READER).chain;
    const operation = { f: 'get', key: 'x' };
    world.inject(READER, NEW, { type: 'SequentialRead', operation, requestNumber, sequence: 0 });
    world.deliver('SequentialRead', READER, NEW);
    expect(world.inFlight()).toContain(`Redirect ${NEW}→${READER}`);
    expect(told(world)).toBe('nothing');
  });

  it('answers reads after that', () => {
    const world = joiningWorld(reached('joined-as-head', NEW), AS_HEAD);
    pass(world, 1);
    ask(world, NEW);
    expect(told(world)).toBe(5);
  });

  it('gets a snapshot where the updates that it lacks are gone', () => {
    const options = { ...AS_HEAD.options, snapshotEvery: 2 };
    const world = joiningWorld(reached('snapshot-received', NEW), { options });
    world.settle();
    expect(versionsAt(world, NEW)).toBe('5');
    expect(server(world, NEW).objects.get('x')?.at(-1)?.app).toEqual({ x: 5 });
  });

  it('agrees anew when it restarts from its disk before it counts', () => {
    const options = { ...AS_HEAD.options, durability: 'durable' };
    const world = insertedWorld({ options });
    joinUntil(world, reached('joined-as-head', NEW));
    world.crash(NEW);
    world.lose();
    world.restart(NEW);
    updateAt(world, NEW, WRITER, 7);
    expect(server(world, NEW).length).toBe(6);
    pass(world, LONG);
    world.settle();
    expect(world.marks.filter((mark) => mark === `joined-as-head ${NEW}`)).toHaveLength(2);
    expect(versionsAt(world, NEW)).toBe('7');
  });

  it('asks whoever is its successor when the one that was propagating fails', () => {
    const world = insertedWorld(AS_HEAD);
    world.crash(HEAD);
    world.lose();
    pass(world, LONG, [HEAD]);
    expect(server(world, NEW).configuration.chain).toEqual([NEW, MIDDLE]);
    expect(world.marks).toContain(`joined-as-head ${NEW}`);
    // What only the old head had is gone with it, and nobody had been told of it.
    expect(versionsAt(world, NEW)).toBe('5');
    updateAt(world, NEW, WRITER, 8);
    world.settle();
    expect(versionsAt(world, MIDDLE)).toBe('6');
  });

  it('leaves a chain that goes on when it fails itself', () => {
    const world = insertedWorld(AS_HEAD);
    world.crash(NEW);
    world.lose();
    pass(world, LONG, [NEW]);
    expect(server(world, HEAD).configuration).toMatchObject({ chain: [HEAD, MIDDLE] });
    write(world, 8);
    expect(versionsAt(world, MIDDLE)).toBe('7');
  });
});

describe('a server that joins in the middle (§5.3)', () => {
  it('gets what its predecessor has and what its successor has, and then agrees', () => {
    const world = insertedWorld(IN_THE_MIDDLE);
    expect(server(world, NEW).configuration.chain).toEqual([HEAD, NEW, MIDDLE]);
    joinUntil(world, reached('joined-in-the-middle', NEW));
    world.settle();
    for (const id of [HEAD, NEW, MIDDLE]) expect(versionsAt(world, id)).toBe('6');
  });

  it('is brought nothing forward for good by its predecessor alone', () => {
    const world = insertedWorld(IN_THE_MIDDLE);
    world.lose(ofType('Behind', 'Back'));
    world.settle(ofType('LastSequence', 'Forward'));
    expect(versionsAt(world, NEW)).toBe('5 6*');
    expect(world.marks).not.toContain(`joined-in-the-middle ${NEW}`);
    ask(world, NEW, 'eventual');
    expect(told(world)).toBe('nothing');
    world.expire(NEW, 'handover');
    world.settle(ofType('Behind', 'Back'));
    expect(world.marks).toContain(`joined-in-the-middle ${NEW}`);
  });

  it('takes the place of a tail that fails before they agree', () => {
    const world = insertedWorld(IN_THE_MIDDLE);
    world.crash(MIDDLE);
    world.lose();
    pass(world, LONG, [MIDDLE]);
    expect(server(world, NEW).configuration.chain).toEqual([HEAD, NEW]);
    expect(world.marks).toContain(`handover-completed ${NEW}`);
    for (const id of [HEAD, NEW]) expect(versionsAt(world, id)).toBe('6');
  });
});

describe('a copy that is not in the chain yet', () => {
  /** The head dies with an update that only the copy has got from it; others go on without it. */
  function headDies(protocol: Protocol): CraqWorld {
    const world = joiningWorld(reached('copying-began', NEW), { protocol, ...AS_HEAD });
    const fromHead = ({ from, to }: CraqPacket): boolean => from === HEAD && to !== MIDDLE;
    const silentSince = world.now;
    joinUntil(world, ({ now }) => now > silentSince + HALF_SUSPECTED, fromHead);
    updateAt(world, HEAD, READER, 6);
    world.lose(ofType('Forward'));
    world.expire(NEW, 'handover');
    world.settle(ofType('Behind', 'Back'));
    expect(server(world, NEW).length).toBe(6);
    world.crash(HEAD);
    world.lose();
    // The master does not hear yet that there is a whole copy.
    joinUntil(
      world,
      (each) => server(each, MIDDLE).configuration.chain.length === 1,
      ({ from, to }) => from === NEW || to === HEAD,
    );
    expect(server(world, MIDDLE).configuration).toMatchObject({ joining: NEW, before: MIDDLE });
    updateAt(world, MIDDLE, WRITER, 7);
    return world;
  }

  it('takes back what is not committed when another epoch begins', () => {
    const world = headDies(craq as unknown as Protocol);
    pass(world, LONG, [HEAD]);
    expect(world.marks).toContain(`joined-as-head ${NEW}`);
    expect(server(world, NEW).hist).toEqual(server(world, MIDDLE).hist);
    expect(server(world, NEW).clientTable[READER]?.requestNumber).toBe(0);
  });

  it('would have an update in its place that nobody else has', () => {
    const broken = makeCraq({
      rules: { ...craqRules, cutCopy: () => undefined },
      clientRules: craqClientRules,
      chainRules,
      chainClientRules,
      paxosRules,
    });
    const world = headDies(judgedBy(broken as unknown as Protocol, 'update-propagation'));
    expect(() => pass(world, LONG, [HEAD])).toThrow('update-propagation');
  });
});

describe('where a server joins', () => {
  it.each([
    ['tail', [HEAD, MIDDLE, NEW]],
    ['head', [NEW, HEAD, MIDDLE]],
    ['middle', [HEAD, NEW, MIDDLE]],
    ['listed', [NEW, HEAD, MIDDLE]],
  ] as const)('is told by the option: %s', (joinAt, chain) => {
    const world = joiningWorld(reached('appended-to-chain', NEW), { options: { joinAt } });
    expect(server(world, NEW).configuration.chain).toEqual(chain);
  });

  it('is told by the list of an operator, who names it behind another one', () => {
    const options = { servers: 2, autoExtend: false, joinAt: 'listed' };
    const wanted = [HEAD, NEW, MIDDLE];
    const world = joiningWorld(reached('appended-to-chain', NEW), { options }, wanted);
    expect(server(world, NEW).configuration.chain).toEqual([HEAD, NEW, MIDDLE]);
  });
});
