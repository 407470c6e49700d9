/**
 * What any protocol has to show, with the numbers D1 to D12 of its row: it goes on without a
 * minority, stops without a majority, goes on where it stopped when nodes come back with their
 * disks, and minds no message that it cannot read.
 */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import type { ReturnWindow } from '../spec.ts';
import { dividedTwice, indices } from './division.ts';
import { AFTERMATH, busyThrough, PATIENCE, servedIn } from './patience.ts';
import type { FaultProfile } from './profiles.ts';
import {
  defineScenario,
  drawReplicas,
  MILLISECOND,
  SAFE,
  type Scenario,
  scripted,
  type World,
  type WorldRequest,
} from './scenario.ts';

/** What a protocol brings along. */
export interface DemonstrationSettings {
  readonly protocol: string;
  /** Draws options of one run; clients are told of another leader `PATIENCE` after the last. */
  options(stream: Stream): Options;
  /** Options without which nodes do not come back with their disks. */
  readonly durable: Options;
  /** Of a node that comes back with its disk; of a message that cannot be read. */
  readonly marks: { readonly restarted: (node: number) => string; readonly unreadable: string };
  readonly hasSequentialReads: boolean;
  /** Where three or five replicas are not what is meant. */
  readonly sizes?: Sizes;
  /** Where usual clients may have changed nothing yet when the first node restarts. */
  readonly load?: Pick<World, 'clients' | 'operations'>;
}

/** Numbers of replicas: as drawn, the fewest that a script is for, and as few as can serve. */
interface Sizes {
  readonly usual: readonly number[];
  readonly least: number;
  readonly single: number;
  /** Options with which all nodes but those that `single` has besides the one serve. */
  readonly alone?: Options;
}

const MS = MILLISECOND;

/** Those that are named, or all. */
export function demonstrations(
  settings: DemonstrationSettings,
  names?: readonly string[],
): readonly Scenario[] {
  const all = [
    singleNode(settings),
    leaderKilled(settings),
    noMajority(settings),
    availability(settings, 3),
    availability(settings, 5),
    nodeRestart(settings),
    clusterRestart(settings),
    randomFaults(settings),
    unreadable(settings),
  ];
  return names === undefined ? all : all.filter(({ name }) => names.includes(name));
}

const THREE_OR_FIVE: Sizes = { usual: [3, 3, 5], least: 1, single: 1 };

/** Three, without a draw, if the protocol asks for nothing else. */
function drawSize(stream: Stream, { sizes }: DemonstrationSettings, request: WorldRequest): number {
  if (sizes === undefined) return 3;
  return Math.max(sizes.least, drawReplicas(stream, sizes.usual, request));
}

function singleNode(settings: DemonstrationSettings): Scenario {
  const { protocol, options, durable, sizes = THREE_OR_FIVE } = settings;
  const killedAt = 200 * MS;
  /** What was on its way may still arrive within the longest delay. */
  const lastReplyAt = killedAt + 2 * MS;
  return defineScenario({
    protocol,
    name: 'single-node',
    title: 'D1: a single node is killed',
    about: 'one node serves; operations; it dies and stays down; more operations',
    expects: 'operations return before the kill and none after it; history keeps those open',
    world: (stream, { replicas: asked = sizes.single }) => {
      const replicas = Math.max(sizes.single, asked);
      // Of more nodes than one that serve, all die.
      const serving = indices(replicas).slice(sizes.single - 1);
      const faults = serving.map(
        (node): PlannedFault => ({ at: killedAt, fault: 'crash', node, staysDown: true }),
      );
      return scripted(stream, faults, {
        replicas,
        clients: 2,
        options: options(stream),
        fixed: { ...durable, ...sizes.alone },
        needed: sizes.alone ?? {},
        expect: { noReturnsAfter: lastReplyAt, windows: [servedIn('alive', 0, killedAt)] },
      });
    },
  });
}

function leaderKilled({ protocol, options }: DemonstrationSettings): Scenario {
  return defineScenario({
    protocol,
    name: 'leader-killed',
    title: 'D2: the leader is killed, and progress resumes',
    about: 'three nodes under load; the one that leads dies and stays down',
    expects: 'another one takes over, and operations return again',
    world: (stream) => {
      const at = stream.between(60, 160) * MS;
      const resumed = servedIn('under another leader', at + PATIENCE, PATIENCE);
      return scripted(stream, [{ at, fault: 'crash', node: 'leader', staysDown: true }], {
        ...busyThrough(at + 2 * PATIENCE),
        options: options(stream),
        expect: { windows: [servedIn('under the first leader', 0, at), resumed] },
      });
    },
  });
}

function noMajority({ protocol, options, hasSequentialReads }: DemonstrationSettings): Scenario {
  return defineScenario({
    protocol,
    name: 'no-majority',
    title: 'D3, D4: no majority, and then one again',
    about:
      'of three nodes one dies for good and another one is paused: the third is alone; ' +
      'clients go on asking for writes, linearizable reads and sequential reads',
    expects:
      'no write and no linearizable read returns meanwhile, sequential reads do if the ' +
      'protocol has them; with the second node back, all do',
    world: (stream) => {
      const killedAt = stream.between(60, 120) * MS;
      const pausedAt = killedAt + PATIENCE + 50 * MS;
      const back = pausedAt + AFTERMATH + PATIENCE;
      const alone = { from: pausedAt + AFTERMATH, until: back };
      const faults: PlannedFault[] = [
        { at: killedAt, fault: 'crash', node: 0, staysDown: true },
        { at: pausedAt, fault: 'pause', node: 1, lasts: back - pausedAt },
      ];
      const windows: ReturnWindow[] = [
        servedIn('two of three', killedAt + PATIENCE, 50 * MS),
        { about: 'one of three', ...alone, level: 'linearizable', atMost: 0 },
        { about: 'one of three', ...alone, level: 'sequential', atLeast: 1 },
        servedIn('two of three again', back + AFTERMATH, PATIENCE),
      ];
      const isOffered = ({ level }: ReturnWindow): boolean =>
        hasSequentialReads || level !== 'sequential';
      return scripted(stream, faults, {
        clients: 4,
        operations: 200,
        ...busyThrough(back + AFTERMATH + PATIENCE),
        mix: { get: 60, put: 30, delete: 10 },
        // Enough for each client to ask for some: a session that knows more than the third node
        // is not answered by it.
        sequential: 80,
        options: options(stream),
        // A client asks for one thing at a time: what gets no answer must not keep it for ever.
        fixed: { clientRetry: 10 * MS, giveUpAfter: 15 * MS },
        expect: { windows: windows.filter(isOffered) },
      });
    },
  });
}

function availability({ protocol, options }: DemonstrationSettings, usual: number): Scenario {
  return dividedTwice({
    protocol,
    name: `availability-${usual}`,
    title: `D9: availability of ${usual} nodes under partitions`,
    about:
      `${usual} nodes; as many as may fail are cut off from the others, with half of the ` +
      'clients on each side, and come back; then others are',
    expects: 'operations return on the side of the majority, none on the other; later all do',
    options,
    sides: ['majority', 'minority'],
    operations: 200,
    drawSize: (_, asked = usual) => Math.max(usual, asked),
    divide: (stream, replicas) => {
      const nodes = stream.shuffle(indices(replicas));
      const few = Math.floor((replicas - 1) / 2);
      return { served: nodes.slice(few), cutOff: nodes.slice(0, few) };
    },
  });
}

function nodeRestart(settings: DemonstrationSettings): Scenario {
  const { protocol, options, durable, marks, load } = settings;
  return defineScenario({
    protocol,
    name: 'node-restart',
    title: 'D10: a node crashes and comes back with its disk',
    about: 'any of the nodes crashes under load, and restarts a little later, or much later',
    expects: 'if it takes long, the others go on without it; it catches up, and nothing is lost',
    world: (stream, request) => {
      const replicas = drawSize(stream, settings, request);
      const at = stream.between(60, 160) * MS;
      const isLong = stream.below(2) === 0;
      const lasts = stream.between(5, 100) * MS + (isLong ? PATIENCE : 0);
      const node = stream.below(replicas);
      const without = servedIn('without it', at + PATIENCE / 2, lasts - PATIENCE / 2);
      return scripted(stream, [{ at, fault: 'crash', node, lasts }], {
        replicas,
        ...load,
        ...busyThrough(at + lasts + 2 * PATIENCE),
        options: options(stream),
        fixed: durable,
        expect: {
          marks: [marks.restarted(node)],
          windows: [
            ...(isLong ? [without] : []),
            servedIn('restarted', at + lasts + PATIENCE, PATIENCE),
          ],
        },
      });
    },
  });
}

function clusterRestart(settings: DemonstrationSettings): Scenario {
  const { protocol, options, durable, marks, load, sizes = THREE_OR_FIVE } = settings;
  return defineScenario({
    protocol,
    name: 'cluster-restart',
    title: 'D10: all nodes crash at once and come back with their disks',
    about: 'the power fails: every node goes down under load, and restarts when it can',
    expects: 'nothing returns while they are down, then operations do, and nothing is lost',
    world: (stream, { replicas: asked }) => {
      const replicas = Math.max(sizes.least, asked ?? stream.pick(sizes.usual));
      const at = stream.between(60, 160) * MS;
      const down = 40 * MS;
      const faults = indices(replicas).map((node) => {
        const lasts = down + stream.below(60 * MS);
        return { at, fault: 'crash' as const, node, lasts };
      });
      const back = at + down + 60 * MS;
      return scripted(stream, faults, {
        replicas,
        ...load,
        ...busyThrough(back + 2 * PATIENCE),
        options: options(stream),
        fixed: durable,
        expect: {
          marks: indices(replicas).map(marks.restarted).filter(isFirst),
          windows: [
            { about: 'all down', from: at + 2 * MS, until: at + down, atMost: 0 },
            servedIn('all back', back + PATIENCE, PATIENCE),
          ],
        },
      });
    },
  });
}

/** Crashes and partitions at drawn times, and nothing else. */
const randomly: FaultProfile = {
  name: 'random',
  about: 'crashes and partitions at any time',
  draw: (stream, span) => ({
    faults: {
      kinds: { crash: stream.between(1, 6), partition: stream.between(1, 4) },
      lastsMin: MS,
      lastsMax: Math.floor(span / 3),
      targeted: 0,
    },
  }),
};

function randomFaults(settings: DemonstrationSettings): Scenario {
  const { protocol, options, sizes = THREE_OR_FIVE } = settings;
  return defineScenario({
    protocol,
    name: 'random-faults',
    title: 'D11: random operations, random crashes and partitions',
    about: 'puts, gets, deletes and comparisons of few keys; crashes and partitions at any time',
    expects: SAFE,
    world: (stream) => ({
      replicas: stream.pick(sizes.usual),
      clients: stream.between(2, 5),
      operations: stream.between(60, 120),
      span: 500 * MS,
      keys: stream.between(1, 3),
      profile: randomly,
      options: options(stream),
    }),
  });
}

/** One message in seven; each node and each client gets several such. */
const garbled: FaultProfile = {
  name: 'garbled',
  about: 'many messages arrive as something that nobody can read',
  draw: () => ({ network: { corrupt: 150_000 } }),
};

function unreadable(settings: DemonstrationSettings): Scenario {
  const { protocol, options, marks } = settings;
  return defineScenario({
    protocol,
    name: 'unreadable-messages',
    title: 'D12: messages that nobody can read',
    about: 'of all messages, to nodes and to clients, one in seven arrives as garbage',
    expects: 'each is dropped and counted, nobody crashes, and operations return all the same',
    world: (stream, request) =>
      scripted(stream, [], {
        replicas: drawSize(stream, settings, request),
        profile: garbled,
        options: options(stream),
        expect: {
          marks: [marks.unreadable],
          windows: [servedIn('among garbage', 0, 500 * MS)],
        },
      }),
  });
}

function isFirst<Item>(item: Item, index: number, items: readonly Item[]): boolean {
  return items.indexOf(item) === index;
}
