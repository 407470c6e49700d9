/** Scripted scenarios of chain replication: servers that leave the chain, and servers that join. */
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import type { ReturnWindow } from '../spec.ts';
import {
  busy,
  CLIENTS,
  drawChain,
  drawCluster,
  drawPace,
  HEAD,
  leaseOf,
  MASTERS,
  outage,
  PLACES,
  removalOf,
  serversOf,
} from './chain-outages.ts';
import { indices } from './division.ts';
import { both, FAST, IMPATIENT, returning, SLOW, silent } from './patience.ts';
import { skewed } from './profiles.ts';
import { defineScenario, MILLISECOND, type Scenario } from './scenario.ts';

const MS = MILLISECOND;

/** Long enough to be removed, and to find out; and for a server to join again. */
const AWAY = 200 * MS;
const JOINED = 120 * MS;

interface ServerCrash extends Pick<Scenario, 'name' | 'title' | 'about' | 'expects'> {
  /** What is lost, for people. */
  readonly lost: string;
  /** Of a chain from `HEAD` to `tail`, and what cannot be done without that server. */
  pick(stream: Stream, tail: number): number;
  readonly stopped: 'writes' | 'all';
  readonly marks: readonly string[];
}

/** A server of the chain dies under load and is back long after it was removed. */
function serverCrash({ lost, pick, stopped, marks, ...words }: ServerCrash): Scenario {
  return defineScenario({
    protocol: 'chain',
    ...words,
    world: (stream, request) => {
      const replicas = drawCluster(stream, request.replicas);
      const node = pick(stream, replicas - 1);
      const at = stream.between(60, 120) * MS;
      const pace = drawPace(stream, [60, 120]);
      const options = drawChain(stream);
      const isLeased = stopped === 'all' && options.readMode === 'tail';
      const back = at + AWAY;
      return busy(stream, back + JOINED, [{ at, fault: 'crash', node, lasts: AWAY }], {
        replicas,
        options: { ...options, ...pace },
        fixed: IMPATIENT,
        expect: {
          marks: ['remove-proposed', 'copy-completed', 'handover-completed', ...marks],
          windows: [
            ...outage(lost, at, removalOf(pace, at, isLeased), stopped),
            ...both('joined again', back + JOINED / 2, JOINED / 2),
          ],
        },
      });
    },
  });
}

const headCrash = serverCrash({
  name: 'head-crash',
  title: 'The head crashes',
  about: 'the head of three to five servers dies under load and comes back after it was removed',
  expects:
    'no update returns until the next one is the head, and queries do all the while; the old ' +
    'head joins again as the tail; nothing is lost',
  lost: 'no head',
  pick: () => HEAD,
  stopped: 'writes',
  marks: [],
});

const middleCrash = serverCrash({
  name: 'middle-crash',
  title: 'A server in the middle crashes',
  about: 'one between head and tail dies while updates are on their way, and comes back later',
  expects:
    'updates wait and queries go on; once it is removed, its successor says what it has, and its ' +
    'predecessor sends the rest of its Sent',
  lost: 'a gap in the chain',
  pick: (stream, tail) => stream.between(HEAD + 1, tail - 1),
  stopped: 'writes',
  marks: ['sent-resent'],
});

const tailCrash = serverCrash({
  name: 'tail-crash',
  title: 'The tail crashes',
  about: 'the tail dies while updates are on their way, and comes back after it was removed',
  expects:
    'nothing returns until it is removed; then the one before it completes its Sent, and ' +
    'answers queries',
  lost: 'no tail',
  pick: (_stream, tail) => tail,
  stopped: 'all',
  marks: ['sent-completed'],
});

/** These clients can talk to the old tail only, and the others to everybody else. */
const ITS_CLIENTS = indices(CLIENTS / 2);
const OTHERS = ITS_CLIENTS.map((client) => CLIENTS / 2 + client);

/** The tail, with half of the clients, apart from all others. */
function tailApart(
  replicas: number,
  clients: number | undefined,
  at: number,
  lasts: number,
): PlannedFault {
  const tail = replicas - 1;
  const asking = indices(clients ?? CLIENTS).map((client) => replicas + client);
  const half = Math.floor(asking.length / 2);
  const groups = [
    [tail, ...asking.slice(0, half)],
    [...indices(tail), ...asking.slice(half)],
  ];
  return { at, fault: 'partition', groups, lasts };
}

const falseSuspicion = defineScenario({
  protocol: 'chain',
  name: 'false-suspicion',
  title: 'A tail is suspected wrongly',
  about:
    'the tail pauses for so long that it is removed; when it goes on, it hears half of the ' +
    'clients and nobody who could tell it that it is the tail no more',
  expects:
    'the master waits until its lease has run out, then the others are served; the old tail ' +
    'answers none of the queries that waited for it',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const at = stream.between(60, 120) * MS;
    const pace = drawPace(stream, [100, 140]);
    const removal = removalOf(pace, at, true);
    const awake = at + AWAY;
    const whole = awake + 80 * MS;
    const faults: PlannedFault[] = [
      { at, fault: 'pause', node: replicas - 1, lasts: AWAY },
      tailApart(replicas, request.clients, at, whole - at),
    ];
    return busy(stream, whole + JOINED, faults, {
      replicas,
      options: { ...drawChain(stream), ...pace },
      fixed: { ...IMPATIENT, readMode: 'tail' },
      expect: {
        marks: ['removal-waits-for-lease', 'remove-proposed', 'query-waits', 'left-chain'],
        windows: [
          ...outage('no tail', at, removal, 'all'),
          silent('paused, then awake', at + 2 * MS, whole, { clients: ITS_CLIENTS }),
          ...both('the old tail awake', awake, whole - awake, { clients: OTHERS }),
          returning('heard again', whole, whole + JOINED, { clients: ITS_CLIENTS }),
        ],
      },
    });
  },
});

const isolatedTail = defineScenario({
  protocol: 'chain',
  name: 'isolated-tail',
  title: 'A tail under a lease is cut off from the other nodes, not from its clients',
  about:
    'the tail hears half of the clients and nobody else, on clocks that differ as leases allow',
  expects: 'it answers queries until its lease ends, and there is no other tail before that',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const at = stream.between(60, 120) * MS;
    const pace = drawPace(stream, [150, 200]);
    const lease = leaseOf(pace);
    const removal = removalOf(pace, 0, true);
    const whole = at + 300 * MS;
    const latest = at + Math.ceil(removal.latest / SLOW);
    return busy(stream, whole + JOINED, [tailApart(replicas, request.clients, at, whole - at)], {
      replicas,
      profile: skewed,
      // So that somebody asks the old tail while its lease lasts, whatever the clocks make of it.
      operations: 1_500,
      mix: { get: 80, put: 20 },
      options: { ...drawChain(stream), ...pace },
      fixed: { ...IMPATIENT, readMode: 'tail' },
      expect: {
        marks: ['removal-waits-for-lease', 'remove-proposed', 'left-chain'],
        windows: [
          returning('under its lease', at, at + Math.floor(lease.earliest / FAST), {
            clients: ITS_CLIENTS,
            kind: 'reads',
          }),
          silent('its lease has run out', at + Math.ceil(lease.latest / SLOW), whole, {
            clients: ITS_CLIENTS,
          }),
          silent('no other tail yet', at + 10 * MS, at + Math.floor(removal.earliest / FAST), {
            clients: OTHERS,
          }),
          ...both('another tail', latest, whole - latest, { clients: OTHERS }),
          returning('heard again', whole, whole + JOINED, { clients: ITS_CLIENTS }),
        ],
      },
    });
  },
});

/** Slices of the time during which the chain changes: it serves in each. */
function servedThroughout(about: string, from: number): ReturnWindow[] {
  const slice = 40 * MS;
  return [0, 1, 2].flatMap((index) => both(about, from + index * slice, slice));
}

/** All servers but the last one form the chain, and who asks does not join. */
function withSpare(replicas: number): { readonly servers: number; readonly autoExtend: false } {
  return { servers: replicas - MASTERS.length - 1, autoExtend: false };
}

const extensionUnderLoad = defineScenario({
  protocol: 'chain',
  name: 'extension-under-load',
  title: 'A chain is extended under load',
  about: 'all servers but one form the chain; an operator asks for that one while clients write',
  expects:
    'it copies a snapshot and what follows, is handed over the rest, and is the tail then; ' +
    'clients are served on',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const at = stream.between(150, 200) * MS;
    const members = serversOf(replicas);
    const options = { ...drawChain(stream), ...drawPace(stream, [60, 120]) };
    return busy(stream, at + AWAY, [{ at, fault: 'reconfigure', members }], {
      replicas,
      options,
      fixed: { ...withSpare(replicas), snapshotEvery: 5 },
      needed: { ...PLACES, ...withSpare(replicas) },
      expect: {
        marks: ['snapshot-received', 'copy-completed', 'handover-completed'],
        windows: [...both('before', 0, at), ...servedThroughout('extended', at)],
      },
    });
  },
});

const replacement = defineScenario({
  protocol: 'chain',
  name: 'replacement',
  title: 'An operator replaces the head',
  about: 'all servers but one form the chain; the operator wants that one instead of the head',
  expects: 'the new one joins, then the head leaves; nothing is lost, and clients are served on',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const at = stream.between(60, 120) * MS;
    const members = serversOf(replicas).slice(1);
    const options = { ...drawChain(stream), ...drawPace(stream, [60, 120]) };
    return busy(stream, at + AWAY, [{ at, fault: 'reconfigure', members }], {
      replicas,
      options,
      fixed: withSpare(replicas),
      needed: { ...PLACES, ...withSpare(replicas) },
      expect: {
        marks: ['handover-completed', 'remove-proposed', 'left-chain'],
        windows: [...both('before', 0, at), ...servedThroughout('replaced', at)],
      },
    });
  },
});

const lastServer = defineScenario({
  protocol: 'chain',
  name: 'last-server',
  title: 'All servers but one crash, one after another',
  about: 'of three to five servers all but one die for good, one at a time, in any order',
  expects: 'of t servers t - 1 may fail: each time the chain is shorter, and the last one serves',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const pace = drawPace(stream, [60, 120]);
    const order = stream.shuffle(serversOf(replicas));
    const dying = order.slice(1);
    const first = stream.between(60, 120) * MS;
    const times = dying.map((_, index) => first + index * AWAY);
    return busy(
      stream,
      first + dying.length * AWAY,
      dying.map((node, index) => ({ at: times[index]!, fault: 'crash', node, staysDown: true })),
      {
        replicas,
        options: { ...drawChain(stream), ...pace },
        fixed: IMPATIENT,
        expect: {
          marks: ['remove-proposed'],
          windows: [
            ...both('whole', 0, first),
            ...times.flatMap((at, index) =>
              both(`${dying.length - index} left`, removalOf(pace, at, true).latest),
            ),
          ],
        },
      },
    );
  },
});

export const chainScripts: readonly Scenario[] = [
  headCrash,
  middleCrash,
  tailCrash,
  falseSuspicion,
  isolatedTail,
  extensionUnderLoad,
  replacement,
  lastServer,
];
