/**
 * Scripted scenarios of CRAQ: what it does otherwise than the chain that it is built on (Terrace &
 * Freedman, USENIX ATC 2009, §2.3, §2.4, §4).
 */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import type { ReturnWindow } from '../spec.ts';
import {
  busy,
  CLIENTS,
  drawCluster,
  drawPace,
  HEAD,
  leaseOf,
  PLACES,
  removalOf,
  serversOf,
} from './chain-outages.ts';
import { craqJoiningScripts, drawAny } from './craq-joining-scripts.ts';
import { indices } from './division.ts';
import { both, FAST, IMPATIENT, returning, SLOW, silent } from './patience.ts';
import { skewed } from './profiles.ts';
import {
  defineScenario,
  MILLISECOND,
  profileNamed,
  type Scenario,
  type World,
} from './scenario.ts';

const MS = MILLISECOND;

/** One object, which is dirty most of the time. */
const ONE_OBJECT = { keys: 1, mix: { get: 60, put: 40 } };

const readAtEveryServer = defineScenario({
  protocol: 'craq',
  name: 'read-at-every-server',
  title: 'Every server answers strong reads',
  about: 'clients write for a while, and then each server is asked by a client of its own',
  expects: 'each answers by itself, as its objects are clean; none of the reads has to go on',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const asked = serversOf(replicas);
    const written = 120 * MS;
    const done = written + 100 * MS;
    const span = done + 80 * MS;
    const reads = asked.map(
      (via, client): PlannedOperation => ({
        at: done,
        client,
        operation: { f: 'get', key: 'k0' },
        via,
      }),
    );
    return busy(stream, written, [], {
      replicas,
      span,
      busyFor: written,
      lastOperations: reads,
      mix: { put: 100 },
      options: drawAny(stream),
      expect: {
        marks: ['clean-read-served', 'tail-read-served'],
        windows: asked.map((server, client) =>
          returning(`read at n${server}`, done, span, {
            clients: [client],
            kind: 'reads',
          }),
        ),
      },
    });
  },
});

const dirtyReads = defineScenario({
  protocol: 'craq',
  name: 'dirty-reads',
  title: 'Reads of an object that is dirty',
  about: 'everything that the tail sends up the chain is slow, and clients read what others write',
  expects: 'servers ask the tail for the version, and answer with that one',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const tail = replicas - 1;
    const at = 60 * MS;
    const slow = stream.between(3, 6) * MS;
    const faults: PlannedFault[] = [
      { at, fault: 'slow', from: [tail], to: [tail - 1], by: slow, lasts: 200 * MS },
    ];
    return busy(stream, at + 200 * MS, faults, {
      ...ONE_OBJECT,
      replicas,
      options: drawAny(stream),
      fixed: { ...IMPATIENT, multicast: false },
      expect: {
        marks: ['tail-asked', 'dirty-read-served'],
        windows: [...both('before', 0, at), ...both('slow', at + 20 * MS, 150 * MS)],
      },
    });
  },
});

const versionGone = defineScenario({
  protocol: 'craq',
  name: 'version-gone',
  title: 'The version that the tail has named is gone',
  about:
    'what the tail sends to the head is slow, so that acknowledgements come up the chain first',
  expects: 'the head has dropped that version, and answers with the committed one that replaced it',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const tail = replicas - 1;
    const at = 60 * MS;
    const by = stream.between(5, 8) * MS;
    const faults: PlannedFault[] = [
      { at, fault: 'slow', from: [tail], to: [HEAD], by, lasts: 300 * MS },
    ];
    return busy(stream, at + 300 * MS, faults, {
      ...ONE_OBJECT,
      operations: 1_500,
      replicas,
      options: drawAny(stream),
      fixed: { multicast: false },
      expect: {
        marks: ['tail-asked', 'version-gone'],
        windows: [...both('before', 0, at), ...both('overtaken', at, 300 * MS)],
      },
    });
  },
});

const newTail = defineScenario({
  protocol: 'craq',
  name: 'new-tail-commits',
  title: 'The tail crashes while writes are under way',
  about: 'the tail dies for good; many objects are read, and few of them are written',
  expects:
    'no write returns until it is removed; reads of clean objects do all the while; then the one ' +
    'before it commits what is dirty',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const tail = replicas - 1;
    const at = stream.between(60, 120) * MS;
    const pace = drawPace(stream, [60, 120]);
    const options: Options = { ...drawAny(stream), ...pace };
    const removal = removalOf(pace, at, options.readMode === 'lease');
    const span = removal.latest + 120 * MS;
    return busy(stream, span, [{ at, fault: 'crash', node: tail, staysDown: true }], {
      replicas,
      keys: 60,
      mix: { get: 85, put: 15 },
      options,
      fixed: IMPATIENT,
      expect: {
        marks: ['sent-completed', 'remove-proposed', 'clean-read-served'],
        windows: [
          ...both('before', 0, at),
          silent('no tail', at + 10 * MS, removal.earliest, { kind: 'writes' }),
          returning('no tail', at + 10 * MS, removal.earliest, { kind: 'reads' }),
          ...both('shorter chain', removal.latest, 120 * MS),
        ],
      },
    });
  },
});

/** These clients can talk to the server that is cut off only, and the others to everybody else. */
const ITS_CLIENTS = indices(CLIENTS / 2);
const OTHERS = ITS_CLIENTS.map((client) => CLIENTS / 2 + client);

/** A server of the chain, with half of the clients, apart from all others. */
function apart(
  server: number,
  replicas: number,
  clients: number | undefined,
  { at, lasts }: { readonly at: number; readonly lasts: number },
): PlannedFault {
  const others = indices(replicas).filter((replica) => replica !== server);
  const asking = indices(clients ?? CLIENTS).map((client) => replicas + client);
  const half = Math.floor(asking.length / 2);
  const groups = [
    [server, ...asking.slice(0, half)],
    [...others, ...asking.slice(half)],
  ];
  return { at, fault: 'partition', groups, lasts };
}

const BOUND = 40 * MS;

const cutOffServer = defineScenario({
  protocol: 'craq',
  name: 'cut-off-server',
  title: 'A server is cut off with some of the clients, which read there',
  about:
    'a server hears half of the clients and nobody else, on clocks that differ as leases allow',
  expects:
    'eventual reads are answered there all the while, strong ones until its lease ends, bounded ' +
    'ones for the bound after that; the others go on when it is removed',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const server = stream.pick(serversOf(replicas));
    const at = stream.between(60, 120) * MS;
    const pace = drawPace(stream, [80, 120]);
    const lease = leaseOf(pace);
    const removed = at + Math.ceil(removalOf(pace, 0, true).latest / SLOW);
    const whole = at + 300 * MS;
    const its = (level: ReturnWindow['level']) => ({
      clients: ITS_CLIENTS,
      kind: 'reads' as const,
      ...(level === undefined ? {} : { level }),
    });
    const unleased = at + Math.ceil(lease.latest / SLOW);
    const cut = apart(server, replicas, request.clients, { at, lasts: whole - at });
    return busy(stream, whole + 100 * MS, [cut], {
      replicas,
      profile: skewed,
      operations: 1_500,
      mix: { get: 80, put: 20 },
      eventual: 30,
      bounded: 30,
      options: { ...drawAny(stream), ...pace },
      // So that a client tries several servers before it gives up.
      fixed: {
        ...IMPATIENT,
        clientRetry: 4 * MS,
        readMode: 'lease',
        boundBy: 'time',
        boundTime: BOUND,
      },
      expect: {
        marks: ['remove-proposed', 'left-chain', 'bounded-read-refused'],
        windows: [
          ...both('before', 0, at),
          returning('cut off', at, at + Math.floor(lease.earliest / FAST), its(undefined)),
          returning('cut off', unleased, whole, its('eventual')),
          silent('its lease has run out', unleased, whole, its('linearizable')),
          silent('the bound is over', unleased + Math.ceil(BOUND / SLOW), whole, its('bounded')),
          ...both('without it', removed, whole - removed, { clients: OTHERS }),
          returning('heard again', whole, whole + 100 * MS, its('linearizable')),
        ],
      },
    });
  },
});

/** Clients that test and set one object at once. */
function contention(mode: 'reject' | 'wait', words: Partial<Scenario>, marks: string[]): Scenario {
  return defineScenario({
    protocol: 'craq',
    name: `test-and-set-${mode}`,
    title: '',
    about: 'many clients write one object, and compare and set it',
    expects: '',
    ...words,
    world: (stream, request): World => {
      const replicas = drawCluster(stream, request.replicas);
      const span = 200 * MS;
      return busy(stream, span, [], {
        replicas,
        keys: 1,
        mix: { get: 20, put: 40, cas: 40 },
        options: drawAny(stream),
        fixed: { testAndSet: mode },
        needed: { ...PLACES, testAndSet: mode },
        expect: { marks, windows: both('contended', 0, span) },
      });
    },
  });
}

const rejected = contention(
  'reject',
  {
    title: 'A test-and-set of a dirty object is rejected',
    expects: 'the head rejects it while writes are under way; the client backs off and asks again',
  },
  ['test-and-set-rejected', 'client-backed-off'],
);

const waiting = contention(
  'wait',
  {
    title: 'A test-and-set of a dirty object waits',
    expects: 'the head keeps it, and later writes of the object, until what is under way is clean',
  },
  ['update-waits'],
);

const lostPayloads = defineScenario({
  protocol: 'craq',
  name: 'lost-payloads',
  title: 'Multicast loses some of what is written',
  about: 'writes go to all servers at once over links that lose, repeat and reorder messages',
  expects: 'a server that knows a write by its name only fetches it from its predecessor',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const span = 300 * MS;
    return busy(stream, span, [], {
      replicas,
      profile: profileNamed('lossy'),
      options: drawAny(stream),
      fixed: { multicast: true },
      expect: {
        marks: ['payload-missing', 'payload-fetched'],
        windows: both('lossy', 0, span),
      },
    });
  },
});

export const craqScripts: readonly Scenario[] = [
  readAtEveryServer,
  dirtyReads,
  versionGone,
  newTail,
  cutOffServer,
  rejected,
  waiting,
  lostPayloads,
  ...craqJoiningScripts,
];
