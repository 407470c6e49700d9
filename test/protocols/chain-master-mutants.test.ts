/** Planted bugs of those masters that act, and of tails that ask them: each in its situation. */
import { describe, expect, it } from 'vitest';
import { chainReplication } from '../../protocols/chain-replication/index.ts';
import { mutants } from '../../protocols/chain-replication/mutants.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { Options, Protocol } from '../../sim/contract.ts';
import {
  FIRST,
  mastersWorld,
  SECOND,
  TAIL as TAIL_OF_THREE,
  takeOver,
} from './chain-masters-world.ts';
import {
  type ChainWorld,
  CLIENT,
  chainWorld,
  get,
  judgedBy,
  MASTER,
  ofType,
  pass,
  TAIL,
} from './chain-world.ts';

const correct = chainReplication as unknown as Protocol;
const query = { type: 'Query', operation: get(), requestNumber: 9 } as const;

function mutantNamed(id: string) {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  return mutant;
}

function mutated(id: string): Protocol {
  return mutantNamed(id).apply({ protocol: correct, machine: kv }).protocol;
}

function optionsOf(id: string): Options {
  return { ...mutantNamed(id).options };
}

const judged: readonly {
  readonly id: string;
  readonly violates: string;
  play(protocol: Protocol): void;
}[] = [
  { id: 'CR-11', violates: 'configuration-of-who-acts', play: lateRemoval },
  { id: 'CR-12', violates: 'leases-waited-for', play: leaseOfEarlierMaster },
  { id: 'CR-13', violates: 'confirmation-follows-question', play: questionDuringRead },
  { id: 'CR-14', violates: 'confirmation-follows-question', play: answerToEarlierLife },
  { id: 'CR-15', violates: 'queries-confirmed-anew', play: queryDuringQuestion },
  { id: 'CR-16', violates: 'masters-lease-never-shortened', play: masterRestarts },
];

describe('planted bugs of masters and of those that ask them', () => {
  it.each(judged)('$id violates $violates', ({ id, violates, play }) => {
    expect(() => play(judgedBy(mutated(id), violates))).toThrow(violates);
    expect(() => play(correct)).not.toThrow();
  });
});

/** A removal is decided that was proposed under an earlier term than that of who acts. */
function lateRemoval(protocol: Protocol): void {
  const world = chainWorld({ protocol, options: optionsOf('CR-11') });
  const operation = { f: 'remove', epoch: 1, server: TAIL, term: 0 };
  const request = {
    type: 'Request',
    operation,
    clientId: MASTER,
    requestNumber: 10 ** 12,
  } as const;
  world.inject(MASTER, MASTER, { type: 'MasterPaxos', message: request });
  world.settle();
}

/** The first master, cut off from the others, grants the tail a lease at the end of its own. */
function leaseOfEarlierMaster(protocol: Protocol): void {
  const options = {
    ...optionsOf('CR-12'),
    leaseDuration: 40_000,
    leaderTimeout: 20_000,
    driftBound: 0,
  };
  const world = mastersWorld({ protocol, options });
  const end = world.now + 30_000;
  while (world.now < end) {
    world.expire(TAIL_OF_THREE, 'heartbeat');
    world.settle(({ from, to }) => [FIRST, TAIL_OF_THREE].every((id) => id === from || id === to));
    world.lose();
  }
  takeOver(world, SECOND, [FIRST]);
  expect(world.marks.filter((mark) => mark.startsWith('acting-began'))).toHaveLength(2);
}

/** A late copy of the first question has a read of its own; the second question comes meanwhile. */
function questionDuringRead(protocol: Protocol): void {
  const world = chainWorld({ protocol, options: optionsOf('CR-13') });
  const { message } = ask(world);
  world.settle(ofType('Confirm', 'MasterPaxos'));
  world.inject(TAIL, MASTER, message);
  world.settle(ofType('Confirm'));
  world.deliver('Confirmed', MASTER, TAIL);
  ask(world);
  world.settle(ofType('Confirm'));
  world.settle();
}

/** The answer to a question of its earlier life reaches a tail that has just asked another one. */
function answerToEarlierLife(protocol: Protocol): void {
  const world = chainWorld({ protocol, options: optionsOf('CR-14') });
  ask(world);
  world.settle(ofType('Confirm', 'MasterPaxos'));
  const { message } = world.take('Confirmed', MASTER, TAIL);
  world.crash(TAIL);
  world.restart(TAIL);
  world.settle();
  pass(world, 1);
  ask(world);
  world.lose();
  world.inject(MASTER, TAIL, message);
  world.settle();
}

/** Another client's query comes while the tail waits for the answer to its question. */
function queryDuringQuestion(protocol: Protocol): void {
  const world = chainWorld({ protocol, clients: 2, options: optionsOf('CR-15') });
  ask(world);
  world.inject(CLIENT + 1, TAIL, query);
  world.settle(ofType('Query'));
  world.settle();
}

/** It has granted the acting one a lease, and forgets it in a crash. */
function masterRestarts(protocol: Protocol): void {
  const world = mastersWorld({ protocol, options: optionsOf('CR-16') });
  world.crash(SECOND);
  world.restart(SECOND);
}

/** A query comes, and the tail's question is on its way to the master. */
function ask(world: ChainWorld) {
  world.inject(CLIENT, TAIL, query);
  world.settle(ofType('Query'));
  const question = world.flying.find(ofType('Confirm'));
  if (question === undefined) throw new Error('the tail asks nothing');
  return question;
}

describe('masters that take the lead from each other', () => {
  it('show CR-12: who acts next does not wait for the lease that the one before granted', () => {
    const [scenario] = findScenarios('chain/master-ping-pong');
    const violated = (mutant?: string): number =>
      Array.from({ length: 6 }, (_, seed) =>
        run(scenario!.draw(`${seed}`, mutant === undefined ? {} : { mutant })),
      ).filter(({ failures }) =>
        failures.some(({ invariant }) => invariant === 'leases-waited-for'),
      ).length;
    expect(violated()).toBe(0);
    expect(violated('CR-12')).toBeGreaterThan(0);
  });
});
