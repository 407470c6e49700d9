/** Scenarios of chain replication, from calm to chaos. */
import type { Options } from '../../sim/contract.ts';
import type { Stream } from '../../sim/streams.ts';
import { genericScenarios } from './generic.ts';
import { defineScenario, MILLISECOND, type Scenario, scripted } from './scenario.ts';

const MS = MILLISECOND;

/** What all nodes have to agree on. */
function drawShape(stream: Stream): Options {
  return {
    durability: stream.pick(['fail-stop', 'durable']),
    readMode: stream.pick(['tail', 'tail', 'confirm', 'chain']),
    masters: stream.pick([1, 3, 3]),
    servers: stream.pick([0, 0, 0, 1, 2]),
    autoExtend: stream.below(4) > 0,
    batchSize: stream.pick([1, 2, 8]),
    window: stream.pick([1, 4, 32]),
    snapshotEvery: stream.pick([0, 3, 10, 100]),
  };
}

/** One patience, and all other times as parts of it: a lease outlasts two heartbeats. */
function drawTimes(stream: Stream, patience: number): Options {
  const part = (most: number): number =>
    Math.max(1, Math.floor(patience / stream.between(1, most)));
  return {
    suspectAfter: patience,
    leaseDuration: Math.floor((patience * stream.between(60, 120)) / 100),
    heartbeatInterval: Math.max(1, Math.floor(patience / stream.between(5, 9))),
    leaderTimeout: Math.floor((patience * stream.between(60, 150)) / 100),
    leaderSpread: part(3),
    forwardResend: part(8),
    gapPatience: part(12),
    handoverRetry: part(6),
    giveUpAfter: stream.below(4) === 0 ? stream.between(40, 200) * MS : 0,
  };
}

/** Times short enough for several changes of the chain in one run. */
function drawOptions(stream: Stream): Options {
  return {
    ...drawShape(stream),
    ...drawTimes(stream, stream.between(20, 60) * MS),
    clientRetry: stream.between(10, 60) * MS,
  };
}

const SHORTEST = 12 * MS;

/** Times of every kind from a few messages' time on. */
function drawExtremes(stream: Stream): Options {
  const patience = stream.between(SHORTEST, stream.pick([2, 3, 6]) * SHORTEST);
  return {
    ...drawShape(stream),
    ...drawTimes(stream, patience),
    clientRetry: stream.between(4, 60) * MS,
  };
}

const generic = genericScenarios({
  protocol: 'chain',
  replicas: [4, 5, 6, 6, 7],
  options: drawOptions,
  extremes: drawExtremes,
  machines: ['register', 'counter', 'list'],
  beyond: ['amnesia', 'lying-fsync'],
});

/** The named scenarios have three masters, and a chain of three servers. */
const MASTERS = [0, 1, 2];
const [HEAD, MIDDLE, TAIL] = [3, 4, 5] as const;
const REPLICAS = MASTERS.length + 3;
const CHAIN = { replicas: REPLICAS, clients: 4 } as const;

function eitherMode(stream: Stream): Options {
  return { durability: stream.pick(['fail-stop', 'durable']) };
}

/** A server of the chain dies under load and is back long after it was removed. */
function serverCrash(
  node: number,
  words: Pick<Scenario, 'name' | 'title' | 'about' | 'expects'>,
  marks: readonly string[],
): Scenario {
  return defineScenario({
    protocol: 'chain',
    ...words,
    world: (stream) =>
      scripted(
        stream,
        [{ at: stream.between(60, 150) * MS, fault: 'crash', node, lasts: 200 * MS }],
        {
          ...CHAIN,
          operations: stream.between(150, 200),
          // Somebody is to have an update on its way when the server dies.
          mix: { put: 90, get: 10 },
          options: eitherMode(stream),
          expect: { marks },
        },
      ),
  });
}

const headCrash = serverCrash(
  HEAD,
  {
    name: 'head-crash',
    title: 'The head crashes',
    about: 'the head of three servers dies under load and comes back after it was removed',
    expects: 'the next one is the head; the old one joins again as the tail; nothing is lost',
  },
  ['remove-proposed', 'copy-completed', 'handover-completed'],
);

const middleCrash = serverCrash(
  MIDDLE,
  {
    name: 'middle-crash',
    title: 'A server in the middle crashes',
    about: 'the middle one of three servers dies while updates are on their way',
    expects: 'the tail says what it has, and the head sends it the rest of its Sent',
  },
  ['remove-proposed', 'sent-resent', 'handover-completed'],
);

const tailCrash = serverCrash(
  TAIL,
  {
    name: 'tail-crash',
    title: 'The tail crashes',
    about: 'the tail of three servers dies while updates are on their way',
    expects: 'the one before it completes its Sent, and answers queries from then on',
  },
  ['remove-proposed', 'sent-completed', 'handover-completed'],
);

const falseSuspicion = defineScenario({
  protocol: 'chain',
  name: 'false-suspicion',
  title: 'A tail is suspected wrongly',
  about: 'the tail pauses for so long that it is removed, and wakes with queries before it',
  expects: 'the master waits until its lease has run out; it answers nothing when it wakes',
  world: (stream) =>
    scripted(
      stream,
      [{ at: stream.between(60, 150) * MS, fault: 'pause', node: TAIL, lasts: 200 * MS }],
      {
        ...CHAIN,
        options: eitherMode(stream),
        fixed: { readMode: 'tail', suspectAfter: 30 * MS, leaseDuration: 60 * MS },
        expect: { marks: ['removal-waits-for-lease', 'remove-proposed', 'left-chain'] },
      },
    ),
});

const extensionUnderLoad = defineScenario({
  protocol: 'chain',
  name: 'extension-under-load',
  title: 'A chain is extended under load',
  about: 'two servers serve; an operator asks for a third one while clients write',
  expects: 'it copies a snapshot and what follows, is handed over the rest, and is the tail then',
  world: (stream) =>
    scripted(stream, [{ at: 250 * MS, fault: 'reconfigure', members: [HEAD, MIDDLE, TAIL] }], {
      ...CHAIN,
      operations: stream.between(200, 300),
      options: eitherMode(stream),
      fixed: { servers: 2, autoExtend: false, snapshotEvery: 10 },
      expect: { marks: ['snapshot-received', 'copy-completed', 'handover-completed'] },
    }),
});

const operatorReplaces = defineScenario({
  protocol: 'chain',
  name: 'replacement',
  title: 'An operator replaces the head',
  about: 'of three servers two serve; the operator wants the third one instead of the head',
  expects: 'the new one joins first, then the head leaves; nothing is lost',
  world: (stream) =>
    scripted(stream, [{ at: 150 * MS, fault: 'reconfigure', members: [MIDDLE, TAIL] }], {
      ...CHAIN,
      options: eitherMode(stream),
      fixed: { servers: 2, autoExtend: false },
      expect: { marks: ['handover-completed', 'remove-proposed', 'left-chain'] },
    }),
});

const masterMinority = defineScenario({
  protocol: 'chain',
  name: 'master-minority',
  title: 'The acting master is cut off',
  about: 'the acting master is alone; the tail dies meanwhile; the master is heard again later',
  expects: 'another master acts and removes the tail; the old one grants no lease of an old epoch',
  world: (stream) => {
    const others = [1, 2, HEAD, MIDDLE, TAIL, 6, 7, 8, 9];
    const cut = stream.between(60, 120) * MS;
    return scripted(
      stream,
      [
        { at: cut, fault: 'partition', groups: [[0], others], lasts: 300 * MS },
        { at: cut + 120 * MS, fault: 'crash', node: TAIL, lasts: 250 * MS },
      ],
      {
        ...CHAIN,
        span: 600 * MS,
        options: { durability: 'durable', readMode: stream.pick(['tail', 'confirm', 'chain']) },
        expect: { marks: ['remove-proposed', 'acting-ended'] },
      },
    );
  },
});

export const chainReplicationScenarios: readonly Scenario[] = [
  ...generic,
  headCrash,
  middleCrash,
  tailCrash,
  falseSuspicion,
  extensionUnderLoad,
  operatorReplaces,
  masterMinority,
];
