/** Scenarios of chain replication, from calm to chaos. */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import { genericScenarios } from './generic.ts';
import { defineScenario, MILLISECOND, type Scenario, scripted, type World } from './scenario.ts';

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

/** Most of the named scenarios have one master, node 0, and a chain of four servers. */
const [HEAD, MIDDLE, TAIL] = [1, 2, 4] as const;
const ONE_MASTER: Options = { masters: 1, servers: 4 };
/** Others have two servers in the chain, and one that is not. */
const SPARE = 3;
const TWO_OF_THREE: Options = { masters: 1, servers: 2, autoExtend: false };

function eitherMode(stream: Stream): Options {
  return { durability: stream.pick(['fail-stop', 'durable']) };
}

/** Somebody is to have an update on its way whenever something happens. */
function busy(stream: Stream, faults: readonly PlannedFault[], more: Partial<World>): World {
  return scripted(stream, faults, {
    replicas: 5,
    clients: 4,
    operations: stream.between(200, 300),
    mix: { put: 90, get: 10 },
    options: eitherMode(stream),
    ...more,
  });
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
      busy(stream, [{ at: stream.between(60, 150) * MS, fault: 'crash', node, lasts: 200 * MS }], {
        fixed: ONE_MASTER,
        expect: { marks },
      }),
  });
}

const headCrash = serverCrash(
  HEAD,
  {
    name: 'head-crash',
    title: 'The head crashes',
    about: 'the head of four servers dies under load and comes back after it was removed',
    expects: 'the next one is the head; the old one joins again as the tail; nothing is lost',
  },
  ['remove-proposed', 'copy-completed', 'handover-completed'],
);

const middleCrash = serverCrash(
  MIDDLE,
  {
    name: 'middle-crash',
    title: 'A server in the middle crashes',
    about: 'a middle one of four servers dies while updates are on their way',
    expects: 'its successor says what it has, and its predecessor sends the rest of its Sent',
  },
  ['remove-proposed', 'sent-resent', 'handover-completed'],
);

const tailCrash = serverCrash(
  TAIL,
  {
    name: 'tail-crash',
    title: 'The tail crashes',
    about: 'the tail of four servers dies while updates are on their way',
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
    busy(
      stream,
      [{ at: stream.between(60, 150) * MS, fault: 'pause', node: TAIL, lasts: 200 * MS }],
      {
        fixed: {
          ...ONE_MASTER,
          readMode: 'tail',
          suspectAfter: 30 * MS,
          leaseDuration: 60 * MS,
        },
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
    busy(stream, [{ at: 250 * MS, fault: 'reconfigure', members: [HEAD, MIDDLE, SPARE] }], {
      fixed: { ...TWO_OF_THREE, snapshotEvery: 10 },
      expect: { marks: ['snapshot-received', 'copy-completed', 'handover-completed'] },
    }),
});

const replacement = defineScenario({
  protocol: 'chain',
  name: 'replacement',
  title: 'An operator replaces the head',
  about: 'two of three servers serve; the operator wants the third one instead of the head',
  expects: 'the new one joins, then the head leaves; nothing is lost',
  world: (stream) =>
    busy(stream, [{ at: 150 * MS, fault: 'reconfigure', members: [MIDDLE, SPARE] }], {
      fixed: TWO_OF_THREE,
      expect: { marks: ['handover-completed', 'remove-proposed', 'left-chain'] },
    }),
});

const masterMinority = defineScenario({
  protocol: 'chain',
  name: 'master-minority',
  title: 'The acting master is cut off',
  about: 'of three masters the acting one is alone, and the tail of two servers dies meanwhile',
  expects: 'another master acts and removes the tail; the old one grants no lease of an old epoch',
  world: (stream) => {
    const tail = 4;
    const cut = stream.between(60, 120) * MS;
    return busy(
      stream,
      [
        { at: cut, fault: 'partition', groups: [[0], [1, 2, 3, tail]], lasts: 300 * MS },
        { at: cut + 120 * MS, fault: 'crash', node: tail, lasts: 250 * MS },
      ],
      {
        span: 600 * MS,
        options: { durability: 'durable', readMode: stream.pick(['tail', 'confirm', 'chain']) },
        fixed: { masters: 3, servers: 2 },
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
  replacement,
  masterMinority,
];
