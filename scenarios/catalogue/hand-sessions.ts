/**
 * What people do by hand to see a protocol at work, over many seeds: requests to servers of their
 * choice while one is killed, paused, cut off from another, or joins. `docs/examples` has the same
 * sessions as scripts; the numbers D2 to D8 are the rows that they show.
 */
import { protocols } from '../../protocols/index.ts';
import type { Micros, NodeId, Options } from '../../sim/contract.ts';
import type { PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import type { ReturnWindow } from '../spec.ts';
import { indices } from './division.ts';
import { AFTERMATH, PATIENCE, returning, servedIn, silent } from './patience.ts';
import {
  defineScenario,
  MILLISECOND,
  type Scenario,
  scripted,
  type World,
  type WorldRequest,
} from './scenario.ts';

/** What a protocol brings along. */
export interface HandSettings {
  readonly protocol: string;
  /** Draws options of one run; clients are told of another leader `PATIENCE` after the last. */
  options(stream: Stream): Options;
  /** The first server, where nodes before it are none. */
  readonly first?: NodeId;
  /** Options without which servers would be in other places. */
  readonly needed?: Options;
  /** Options with which nobody becomes a member who was not asked for. */
  readonly unasked?: Options;
  readonly marks?: {
    /** What is reached when another member has joined. */
    readonly joined: readonly string[];
    readonly snapshot: string;
  };
}

export type HandSession =
  | 'kill-one'
  | 'unpause'
  | 'five-then-five'
  | 'reconfigure'
  | 'auto-reconfigure'
  | 'broken-link';

const MS = MILLISECOND;
/** Of the servers that are there from the beginning. */
const SERVERS = 3;
const ASKED_LAST = 2 * PATIENCE;

/** Those that are named: a protocol may have no snapshots, or always the same members. */
export function handSessions(
  settings: HandSettings,
  names: readonly HandSession[],
): readonly Scenario[] {
  return names.map((name) => SESSIONS[name](settings));
}

const SESSIONS: { readonly [name in HandSession]: (settings: HandSettings) => Scenario } = {
  'kill-one': killOne,
  unpause,
  'five-then-five': fiveThenFive,
  reconfigure: (settings) => reconfigure(settings, 'operator'),
  'auto-reconfigure': (settings) => reconfigure(settings, 'watchers'),
  'broken-link': brokenLink,
};

/** What one client asks, now and then, of one server: to put something, or what there is. */
interface Asking {
  readonly client: number;
  readonly via?: NodeId;
  readonly from: Micros;
  readonly until: Micros;
}

const KEYS = ['a', 'b'];
/** Values of different clients are so far apart that none is written twice. */
const VALUES = 10_000;

function asks(stream: Stream, { client, via, from, until }: Asking): PlannedOperation[] {
  const operations: PlannedOperation[] = [];
  const addressed = via === undefined ? {} : { via };
  for (let at = from; at < until; at += stream.between(5, 15) * MS) {
    const key = stream.pick(KEYS);
    const value = client * VALUES + operations.length;
    const isGet = stream.below(2) === 0;
    const operation = isGet ? { f: 'get', key } : { f: 'put', key, value };
    operations.push({ at, client, operation, ...addressed });
  }
  return operations;
}

/** Nothing is drawn but what the session asks; of fewer clients some ask for others as well. */
function session(
  stream: Stream,
  { clients: wanted }: WorldRequest,
  faults: readonly PlannedFault[],
  operations: readonly PlannedOperation[],
  more: Partial<World> & { readonly clients: number; readonly span: number },
): World {
  const clients = wanted ?? more.clients;
  const lastOperations = operations.map((planned) => ({
    ...planned,
    client: planned.client % clients,
  }));
  return scripted(stream, faults, { operations: 0, lastOperations, ...more });
}

function killOne({ protocol, options, first = 0, needed = {} }: HandSettings): Scenario {
  return defineScenario({
    protocol,
    name: 'kill-one',
    title: 'D2: the first server is killed, the others are asked',
    about: 'three servers; two clients ask the second and the third; the first dies for good',
    expects: 'both servers get what they are asked answered, before and after',
    world: (stream, request) => {
      const at = stream.between(60, 160) * MS;
      const from = at + PATIENCE;
      const span = at + ASKED_LAST;
      const asked = [0, 1].flatMap((client) =>
        asks(stream, { client, via: first + 1 + client, from: 0, until: span }),
      );
      const windows = [0, 1].flatMap((client) => [
        returning(`s${client + 2} of three`, 0, at, { clients: [client] }),
        returning(`s${client + 2} of two`, from, span, { clients: [client] }),
      ]);
      return session(
        stream,
        request,
        [{ at, fault: 'crash', node: first, staysDown: true }],
        asked,
        {
          clients: 2,
          replicas: first + SERVERS,
          span,
          options: options(stream),
          needed,
          expect: { windows },
        },
      );
    },
  });
}

function unpause({ protocol, options, first = 0, needed = {} }: HandSettings): Scenario {
  const [one, two] = [first + 1, first + 2];
  return defineScenario({
    protocol,
    name: 'unpause',
    title: 'D4: two servers are asked while neither can decide; then both can',
    about:
      'of three servers the first dies for good and the second is paused; one client puts 2 at ' +
      'the second, another one puts 3 at the third; the second goes on',
    expects:
      'neither is answered meanwhile, both are then, and both servers tell the same last value',
    world: (stream, request) => {
      const killed = stream.between(60, 120) * MS;
      const paused = killed + PATIENCE;
      const back = paused + PATIENCE;
      const read = back + PATIENCE;
      const put = (at: Micros, client: number, value: number): PlannedOperation => ({
        at,
        client,
        operation: { f: 'put', key: 'a', value },
      });
      const get = (at: Micros, client: number, via: NodeId): PlannedOperation => ({
        at,
        client,
        operation: { f: 'get', key: 'a' },
        via,
      });
      const asked = [
        put(stream.between(0, 20) * MS, 0, 1),
        { ...put(paused + stream.between(1, 20) * MS, 1, 2), via: one },
        { ...put(paused + stream.between(1, 20) * MS, 2, 3), via: two },
        get(read, 3, one),
        get(read, 4, two),
      ];
      const faults: PlannedFault[] = [
        { at: killed, fault: 'crash', node: first, staysDown: true },
        { at: paused, fault: 'pause', node: one, lasts: back - paused },
      ];
      const span = read + PATIENCE;
      return session(stream, request, faults, asked, {
        clients: 5,
        replicas: first + SERVERS,
        span,
        options: options(stream),
        needed,
        expect: {
          windows: [
            returning('three servers', 0, killed, { clients: [0] }),
            silent('one of three', paused, back, { clients: [1, 2] }),
            returning('put at s2', back, read, { clients: [1] }),
            returning('put at s3', back, read, { clients: [2] }),
            returning('told by s2', read, span, { clients: [3] }),
            returning('told by s3', read, span, { clients: [4] }),
          ],
        },
      });
    },
  });
}

const FIVE = 5;

function fiveThenFive({ protocol, options, first = 0, needed, marks }: HandSettings): Scenario {
  return defineScenario({
    protocol,
    name: 'five-then-five',
    title: 'D5: five commands, a snapshot, five more',
    about: 'one client asks for five things, pauses, and asks for five more; snapshots are of five',
    expects: 'all are answered, and servers keep a snapshot instead of what it is made of',
    world: (stream, request) => {
      const again = stream.between(150, 250) * MS;
      const span = again + PATIENCE;
      const ask = (at: Micros, index: number): PlannedOperation => {
        const key = stream.pick(KEYS);
        const isDelete = stream.below(4) === 0;
        const operation = isDelete ? { f: 'delete', key } : { f: 'put', key, value: index + 1 };
        return { at, client: 0, operation };
      };
      const asked = Array.from({ length: 2 * FIVE }, (_, index) =>
        ask(index < FIVE ? 50 * MS : again, index),
      );
      return session(stream, request, [], asked, {
        clients: 1,
        replicas: first + SERVERS,
        span,
        options: options(stream),
        fixed: { snapshotEvery: FIVE },
        ...(needed === undefined ? {} : { needed }),
        expect: {
          marks: marks === undefined ? [] : [marks.snapshot],
          windows: [
            { about: 'five', from: 0, until: again, atLeast: FIVE },
            { about: 'five more', from: again, until: span, atLeast: FIVE },
          ],
        },
      });
    },
  });
}

/** From then on the fourth server is not there: whoever has to know that it is none knows it. */
const DOWN_AT = 40 * MS;
/** How long the fourth server is up before anybody asks for it as a member. */
const UP_BEFORE = 20 * MS;

function reconfigure(settings: HandSettings, who: 'operator' | 'watchers'): Scenario {
  const isWatched = who === 'watchers';
  return defineScenario({
    protocol: settings.protocol,
    name: isWatched ? 'auto-reconfigure' : 'reconfigure',
    title: isWatched
      ? 'D7: watchers see a fourth server and ask for it, each by itself'
      : 'D6: a fourth server joins three',
    about: isWatched
      ? 'three of four servers are members; the fourth comes up, and whoever sees it asks for it ' +
        'as a member: three times at about the same time, and once more later'
      : 'three of four servers are members; the fourth comes up, and an operator asks for it ' +
        'as a member; in half of the seeds an old member is cut off from the others meanwhile',
    expects:
      'the group goes on with four, the fourth answers what it is asked and has all the data' +
      (isWatched ? '; wishes for what is so already change nothing' : ''),
    world: (stream, request) => joiningWorld(stream, request, settings, isWatched),
  });
}

function joiningWorld(
  stream: Stream,
  request: WorldRequest,
  { protocol, options, first = 0, needed = {}, unasked, marks }: HandSettings,
  isWatched: boolean,
): World {
  const own = first + SERVERS + 1;
  // Of more or fewer nodes, the last one is the one that joins.
  const replicas = Math.max(SERVERS + 1, first + SERVERS, request.replicas ?? own);
  const fourth = replicas - 1;
  const members = indices(replicas).slice(first);
  const change = stream.between(100, 160) * MS;
  const joined = change + PATIENCE;
  const healed = joined + PATIENCE;
  const span = healed + PATIENCE;
  const wish = { fault: 'reconfigure', members } as const;
  const faults: PlannedFault[] = [
    { at: DOWN_AT, fault: 'crash', node: fourth, lasts: change - UP_BEFORE - DOWN_AT },
    { at: change, ...wish },
  ];
  if (isWatched) {
    for (const latest of [5, 15, 100]) {
      faults.push({ at: change + stream.between(0, latest) * MS, ...wish });
    }
  } else if (stream.below(2) === 0) {
    const away = first + stream.below(fourth - first);
    // Those that are no servers count as well, if they are to take it for dead.
    const others = indices(replicas).filter((node) => node !== away);
    const groups = [[away], others];
    const at = change - stream.between(1, 10) * MS;
    faults.push({ at, fault: 'partition', groups, lasts: healed - at });
  }
  const { membersOption = '', weakerLevels } = protocolOf(protocol);
  const asked = [
    ...[0, 1].flatMap((client) => asks(stream, { client, from: 0, until: span })),
    ...asks(stream, { client: 2, via: fourth, from: joined, until: span }),
    { at: span, client: 3, operation: { f: 'get', key: 'a' }, level: 'sequential', via: fourth },
  ] as const;
  return session(stream, request, faults, asked, {
    clients: 4,
    replicas,
    expectedOf: own,
    span: span + AFTERMATH,
    options: options(stream),
    fixed: { [membersOption]: fourth - first, ...unasked },
    needed,
    expect: {
      marks: marks?.joined ?? [],
      windows: [
        servedIn('three members', 0, change),
        servedIn('four members', joined, PATIENCE),
        returning('at the fourth', joined, span, { clients: [2] }),
        ...(weakerLevels?.includes('sequential') === true ? [sequentialAt(span)] : []),
      ],
    },
  });
}

function sequentialAt(from: Micros): ReturnWindow {
  return returning('at the fourth', from, from + AFTERMATH, { clients: [3], level: 'sequential' });
}

function brokenLink({ protocol, options, first = 0, needed = {} }: HandSettings): Scenario {
  return defineScenario({
    protocol,
    name: 'broken-link',
    title: 'D8: two servers of three do not hear each other',
    about:
      'three servers, each asked by a client of its own; the link between two of them breaks, ' +
      'and is mended much later; the third hears both',
    expects: 'requests to each of the servers are answered through the third, and after it',
    world: (stream, request) => {
      const at = stream.between(60, 160) * MS;
      const mended = at + 3 * PATIENCE;
      const span = mended + 2 * PATIENCE;
      const hub = stream.below(SERVERS);
      const ends = [0, 1, 2].filter((server) => server !== hub);
      const groups = ends.map((server) => [first + server]);
      const asked = [0, 1, 2].flatMap((client) =>
        asks(stream, { client, via: first + client, from: 0, until: span }),
      );
      const windows = [0, 1, 2].flatMap((client) => [
        returning(`s${client + 1}, whole`, 0, at, { clients: [client] }),
        returning(`s${client + 1}, broken link`, at + PATIENCE, mended, { clients: [client] }),
        returning(`s${client + 1}, mended`, mended + PATIENCE, span, { clients: [client] }),
      ]);
      return session(
        stream,
        request,
        [{ at, fault: 'partition', groups, lasts: mended - at }],
        asked,
        {
          clients: SERVERS,
          replicas: first + SERVERS,
          span,
          options: options(stream),
          needed,
          expect: { windows },
        },
      );
    },
  });
}

function protocolOf(name: string): (typeof protocols)[number] {
  const protocol = protocols.find((each) => each.name === name);
  if (protocol === undefined) throw new Error(`there is no protocol ${name}`);
  return protocol;
}
