/** Each planted bug, in the smallest situation that shows it; beside it, what the protocol does. */
import { describe, expect, it } from 'vitest';
import { craq } from '../../protocols/craq/index.ts';
import { mutants } from '../../protocols/craq/mutants.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import type { Mutant, Options, Protocol } from '../../sim/contract.ts';
import {
  ask,
  type CraqWorld,
  cas,
  commitAtTail,
  craqWorld,
  HEAD,
  insertedWorld,
  judgedBy,
  LONG,
  MIDDLE,
  ofType,
  pass,
  put,
  READER,
  server,
  TAIL,
  told,
  updateAt,
  WRITER,
  write,
  writeAsFarAs,
} from './craq-world.ts';

const correct = craq as unknown as Protocol;

function mutantNamed(id: string): Mutant {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  return mutant;
}

function mutated(id: string): Protocol {
  return mutantNamed(id).apply({ protocol: correct, machine: kv }).protocol;
}

/** The world of the mutant, with the options that it needs to show. */
function worldOf(id: string, protocol: Protocol, options: Options = {}): CraqWorld {
  const needed = mutants.find((each) => each.id === id)?.options;
  return craqWorld({ protocol, options: { ...needed, ...options } });
}

/** Situations whose outcome an invariant judges: the mutant violates it, the protocol does not. */
const judged: readonly {
  readonly id: string;
  readonly violates: string;
  play(protocol: Protocol): void;
}[] = [
  { id: 'CQ-1', violates: 'strong-reads-see-committed', play: readWhileDirty },
  { id: 'CQ-3', violates: 'strong-reads-see-committed', play: askFormerTail },
  { id: 'CQ-4', violates: 'versions-tell-hist', play: twoWrites },
  { id: 'CQ-6', violates: 'versions-tell-hist', play: tailFails },
  { id: 'CQ-10', violates: 'strong-reads-see-committed', play: readAtRemoved },
  { id: 'CQ-11', violates: 'lease-excludes-other-chains', play: removeHead },
  { id: 'CQ-14', violates: 'head-has-all-of-successor', play: updateNewHead },
  { id: 'CQ-15', violates: 'joiner-complete-before-serving', play: readInTheMiddle },
];

describe('planted bugs that an invariant finds', () => {
  it.each(judged)('$id violates $violates', ({ id, violates, play }) => {
    expect(() => play(judgedBy(mutated(id), violates))).toThrow(violates);
    expect(() => play(correct)).not.toThrow();
  });
});

function readWhileDirty(protocol: Protocol): void {
  const world = worldOf('CQ-1', protocol);
  write(world, 1);
  writeAsFarAs(world, MIDDLE, put(2));
  ask(world, MIDDLE);
}

/** Both get to the middle server before the first one is committed. */
function twoWrites(protocol: Protocol): void {
  const world = worldOf('CQ-4', protocol);
  writeAsFarAs(world, MIDDLE, put(1));
  world.clientState(WRITER).chain.open = null;
  writeAsFarAs(world, MIDDLE, put(2));
}

/** The tail and the middle server sleep until the tail was removed; the head serves alone. */
function askFormerTail(protocol: Protocol): void {
  const world = worldOf('CQ-3', protocol);
  write(world, 1);
  writeAsFarAs(world, MIDDLE, put(2));
  world.lose();
  pass(world, LONG, [TAIL, MIDDLE]);
  ask(world, MIDDLE);
  world.settle(ofType('VersionQuery', 'VersionReply'));
}

function tailFails(protocol: Protocol): void {
  const world = worldOf('CQ-6', protocol);
  write(world, 1);
  writeAsFarAs(world, MIDDLE, put(2));
  world.crash(TAIL);
  world.lose();
  pass(world, LONG, [TAIL]);
}

/** The head sleeps while others write; it wakes with a read before it. */
function readAtRemoved(protocol: Protocol): void {
  const world = worldOf('CQ-10', protocol);
  write(world, 1);
  pass(world, LONG, [HEAD]);
  world.inject(9, MIDDLE, { type: 'Request', operation: put(2), clientId: 9, requestNumber: 1 });
  world.settle(({ from, to }) => from !== HEAD && ![HEAD, 9].includes(to));
  ask(world, HEAD);
}

/** The head is silent and believed dead, while its lease lasts. */
function removeHead(protocol: Protocol): void {
  const world = worldOf('CQ-11', protocol, { leaseDuration: 150_000 });
  write(world, 1);
  pass(world, 90_000, [HEAD]);
}

/** It lacks what its successor has, and is asked to take an update. */
function updateNewHead(protocol: Protocol): void {
  const options = mutantNamed('CQ-14').options ?? {};
  updateAt(insertedWorld({ protocol, options }), TAIL, WRITER, 7);
}

/** It lacks what its successor has, and is asked to read. */
function readInTheMiddle(protocol: Protocol): void {
  const options = mutantNamed('CQ-15').options ?? {};
  ask(insertedWorld({ protocol, options }, MIDDLE), TAIL);
}

describe('planted bugs that show in what clients are told', () => {
  it('CQ-8: a server that knows of nobody answers a bounded read', () => {
    const play = (protocol: Protocol): unknown => {
      const world = worldOf('CQ-8', protocol);
      write(world, 1);
      world.now += LONG;
      ask(world, MIDDLE, 'bounded');
      return told(world);
    };
    expect([play(mutated('CQ-8')), play(correct)]).toEqual([1, 'nothing']);
  });

  it('CQ-9: an eventual read is told of a test-and-set that waits', () => {
    const play = (protocol: Protocol): unknown => {
      const world = worldOf('CQ-9', protocol);
      write(world, 1);
      writeAsFarAs(world, MIDDLE, put(2));
      const operation = cas(2, 3);
      world.inject(9, HEAD, { type: 'Request', operation, clientId: 9, requestNumber: 1 });
      world.deliver('Request', 9, HEAD);
      ask(world, HEAD, 'eventual');
      return told(world);
    };
    expect([play(mutated('CQ-9')), play(correct)]).toEqual([3, 2]);
  });

  it('CQ-12: a new tail answers before everything is handed over to it', () => {
    const play = (protocol: Protocol): unknown => {
      const world = worldOf('CQ-12', protocol, { servers: 2, autoExtend: false });
      write(world, 1);
      const { configuration } = server(world, MIDDLE);
      const chain = [HEAD, MIDDLE, TAIL];
      const later = { ...configuration, epoch: 2, chain, joining: TAIL };
      const incarnations = { ...configuration.incarnations, [TAIL]: 0 };
      server(world, TAIL).configuration = { ...later, incarnations };
      ask(world, TAIL, 'eventual');
      return told(world);
    };
    expect([play(judgedBy(mutated('CQ-12'))), play(judgedBy(correct))]).toEqual([null, 'nothing']);
  });

  it('CQ-13: a client says of a rejected test-and-set that it has not happened', () => {
    const play = (protocol: Protocol): unknown => {
      const world = worldOf('CQ-13', protocol);
      write(world, 1);
      writeAsFarAs(world, TAIL, put(2));
      world.invoke(READER, cas(2, 3));
      world.settle(ofType('GetConfiguration', 'ChainConfig'));
      const { message } = world.take('Request', READER, HEAD);
      world.inject(READER, HEAD, message);
      world.deliver('Request', READER, HEAD);
      world.deliver('Rejected', HEAD, READER);
      commitAtTail(world);
      world.settle();
      // A copy of the request, which was late.
      world.inject(READER, HEAD, message);
      world.settle();
      return [
        server(world, TAIL).length,
        world.outcomes.find(({ client }) => client === READER)?.how,
      ];
    };
    expect([play(mutated('CQ-13')), play(correct)]).toEqual([
      [3, 'refused'],
      [3, 'completed'],
    ]);
  });
});
