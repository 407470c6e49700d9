/**
 * Scripted scenarios of CRAQ: servers that join, as the tail and elsewhere (Terrace & Freedman,
 * USENIX ATC 2009, §5.3).
 */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import {
  busy,
  drawChain,
  drawCluster,
  drawPace,
  HEAD,
  PLACES,
  removalOf,
  serversOf,
} from './chain-outages.ts';
import { both, IMPATIENT, returning, silent } from './patience.ts';
import { defineScenario, MILLISECOND, type Scenario } from './scenario.ts';

const MS = MILLISECOND;

/** Everything that CRAQ may have otherwise without being about something else. */
export function drawAny(stream: Stream): Options {
  return {
    ...drawChain(stream),
    readMode: stream.pick(['lease', 'confirm']),
    testAndSet: stream.pick(['reject', 'wait', 'order']),
    multicast: stream.below(4) === 0,
  };
}

type Words = Pick<Scenario, 'name' | 'title' | 'about' | 'expects'>;

/** An operator asks for a server that is not in the chain yet, and reads there at the end. */
function joiningAt(place: 'tail' | 'head' | 'middle', words: Words, marks: string[]): Scenario {
  return defineScenario({
    protocol: 'craq',
    ...words,
    world: (stream, request) => {
      const replicas = drawCluster(stream, request.replicas);
      const at = stream.between(100, 150) * MS;
      const span = at + 200 * MS;
      const newcomer = replicas - 1;
      const own = { servers: replicas - HEAD - 1, autoExtend: false };
      const where = place === 'tail' ? {} : { joinAt: place };
      const read: PlannedOperation = {
        at: span - 40 * MS,
        client: 0,
        operation: { f: 'get', key: 'k0' },
        via: newcomer,
      };
      return busy(stream, span, [{ at, fault: 'reconfigure', members: serversOf(replicas) }], {
        replicas,
        busyFor: span - 60 * MS,
        lastOperations: [read],
        options: { ...drawAny(stream), ...drawPace(stream, [60, 120]) },
        fixed: { ...own, ...where, snapshotEvery: 5, multicast: false },
        needed: { ...PLACES, ...own, ...where },
        expect: {
          marks: ['snapshot-received', 'copy-completed', ...marks],
          windows: [
            ...both('before', 0, at),
            ...both('joining', at),
            ...both('joined', at + 60 * MS),
            returning(`at the new ${place}`, span - 40 * MS, span, { clients: [0], kind: 'reads' }),
          ],
        },
      });
    },
  });
}

const joining = joiningAt(
  'tail',
  {
    name: 'joining-under-load',
    title: 'A server joins while clients read and write',
    about: 'all servers but one form the chain; an operator asks for that one as well',
    expects: 'it refuses reads until everything was handed over to it, and answers them then',
  },
  ['handover-completed'],
);

const joiningAsHead = joiningAt(
  'head',
  {
    name: 'joining-as-head',
    title: 'A server joins as the head while clients read and write',
    about: 'all servers but one form the chain; an operator asks for that one to be before them',
    expects:
      'the old head propagates backwards what it has; the new one takes no update and answers no ' +
      'read before it has all of that, and does both then',
  },
  ['back-propagated', 'joined-as-head'],
);

const joiningInTheMiddle = joiningAt(
  'middle',
  {
    name: 'joining-in-the-middle',
    title: 'A server joins between two others while clients read and write',
    about: 'all servers but one form the chain; an operator asks for that one to be among them',
    expects:
      'its predecessor forwards and its successor propagates backwards; it answers reads when it ' +
      'has all that its successor has',
  },
  ['back-propagated', 'joined-in-the-middle'],
);

/** Within this after an operator's request, a server has copied and takes its place (Micros). */
const PLACED = 60 * MS;

/** A suspicion that comes long after that. */
const LONG = 150 * MS;

const successorFails = defineScenario({
  protocol: 'craq',
  name: 'successor-fails-joining-head',
  title: 'The old head dies before it has propagated backwards what it has',
  about: 'a server joins as the head; as it takes its place, the one behind it dies for good',
  expects:
    'no write returns until the old head is removed; then the new one agrees with the one ' +
    'after that, and takes updates',
  world: (stream, request) => {
    const replicas = drawCluster(stream, request.replicas);
    const at = stream.between(80, 120) * MS;
    const newcomer = replicas - 1;
    const own = { servers: replicas - HEAD - 1, autoExtend: false, joinAt: 'head' };
    const pace = { ...drawPace(stream, [60, 120]), suspectAfter: LONG };
    const options: Options = { ...drawAny(stream), ...pace };
    const { earliest, latest } = removalOf(pace, 0, options.readMode === 'lease');
    const shorter = at + PLACED + latest;
    const faults: PlannedFault[] = [
      { at, fault: 'reconfigure', members: serversOf(replicas) },
      {
        when: { mark: 'appended-to-chain', node: newcomer, nth: 1, after: 0 },
        fault: 'crash',
        node: HEAD,
        staysDown: true,
      },
    ];
    return busy(stream, shorter + 100 * MS, faults, {
      replicas,
      options,
      fixed: { ...own, ...IMPATIENT },
      needed: { ...PLACES, ...own },
      expect: {
        marks: ['appended-to-chain', 'remove-proposed', 'joined-as-head'],
        windows: [
          ...both('before', 0, at),
          silent('nobody to agree with', at + PLACED, at + earliest, { kind: 'writes' }),
          ...both('shorter chain', shorter, 100 * MS),
        ],
      },
    });
  },
});

export const craqJoiningScripts: readonly Scenario[] = [
  joining,
  joiningAsHead,
  joiningInTheMiddle,
  successorFails,
];
