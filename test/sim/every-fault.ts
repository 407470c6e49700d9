/** Every kind of fault once: none may be missing, or this file does not compile. */
import type { Loss } from '../../sim/contract.ts';
import type { Fault, FaultKind } from '../../sim/fault.ts';

/** The node of the one client, beside three replicas. */
export const CLIENT = 3;

/** A fault, and what is to be seen of it. */
export interface Row {
  readonly fault: Fault;
  /** What is wrong while it holds, as `symptoms` tells it. */
  readonly wrong: readonly string[];
  /** What is left when it is over. */
  readonly left?: readonly string[];
  /** What must be survived, or it is held back. */
  readonly needs?: Loss;
  /** It strikes only a node that is up, and no second one strikes there meanwhile. */
  readonly takesDown?: true;
  /** What is wrong while two of them hold, and when the first is over: if not the same. */
  readonly twice?: readonly string[];
  readonly second?: readonly string[];
  /** What is wrong after its node has crashed and restarted: if not the same. */
  readonly afterCrash?: readonly string[];
}

function cut(...links: string[]): string[] {
  return links.map((link) => `cut ${link}`);
}

const ISOLATED = cut('0>1', '0>2', '1>0', '2>0');

/** Every kind of fault once, in a world of three replicas and one client. */
export const KINDS = {
  partition: { fault: { fault: 'partition', groups: [[0], [1, 2]] }, wrong: ISOLATED },
  'one-way': { fault: { fault: 'one-way', from: [0], to: [1] }, wrong: cut('0>1') },
  bridge: {
    fault: { fault: 'bridge', node: 0, groups: [[1], [2]] },
    wrong: cut('1>2', '2>1'),
  },
  ring: {
    fault: { fault: 'ring', order: [0, 1, 2, CLIENT] },
    wrong: cut('0>2', '1>3', '2>0', '3>1'),
  },
  chained: { fault: { fault: 'chained', order: [1, 0, 2] }, wrong: cut('1>2', '2>1') },
  'quorum-loss': { fault: { fault: 'quorum-loss', node: 0 }, wrong: cut('1>2', '2>1') },
  'constrained-election': {
    fault: { fault: 'constrained-election', node: 0, leader: 1, lag: 100 },
    wrong: cut('0>1', '1>0', '1>2', '2>1'),
  },
  flapping: {
    fault: { fault: 'flapping', groups: [[0], [1, 2]], period: 3_000 },
    wrong: ISOLATED,
  },
  slow: { fault: { fault: 'slow', from: [0], to: [1], by: 500 }, wrong: ['slow 0>1'] },
  clog: { fault: { fault: 'clog', from: [0], to: [1] }, wrong: ['clogged 0>1'] },
  crash: {
    fault: { fault: 'crash', node: 0 },
    wrong: ['n0 is down'],
    needs: 'memory',
    takesDown: true,
  },
  amnesia: {
    fault: { fault: 'amnesia', node: 0 },
    wrong: ['n0 is down'],
    needs: 'disk',
    takesDown: true,
  },
  pause: { fault: { fault: 'pause', node: 0 }, wrong: ['n0 is paused'], afterCrash: [] },
  'slow-node': {
    fault: { fault: 'slow-node', node: 0, by: 10 },
    wrong: ['n0 takes 10 for each event'],
    twice: ['n0 takes 20 for each event'],
  },
  'rolling-restart': {
    fault: { fault: 'rolling-restart', order: [0, 1], down: 3_000, up: 500 },
    wrong: ['n0 is down'],
    twice: ['n0 is down', 'n1 is down'],
    second: ['n1 is down'],
  },
  'version-change': {
    fault: { fault: 'version-change', node: 0 },
    wrong: ['n0 is down', 'n0 is of another build'],
    left: ['n0 is of another build'],
    needs: 'memory',
    takesDown: true,
  },
  'write-error': { fault: { fault: 'write-error', node: 0 }, wrong: ['n0 cannot write'] },
  'read-error': {
    fault: { fault: 'read-error', node: 0, place: 0 },
    wrong: ['n0 is damaged'],
    needs: 'record',
  },
  'bit-rot': {
    fault: { fault: 'bit-rot', node: 0, place: 900_000 },
    wrong: ['n0 is damaged'],
    left: ['n0 is damaged'],
    afterCrash: [],
    needs: 'record',
  },
  'misdirected-write': {
    fault: { fault: 'misdirected-write', node: 0, place: 0 },
    wrong: ['n0 is damaged'],
    needs: 'record',
  },
  // A lie shows at a crash only: see the tests of disks.
  'lying-fsync': { fault: { fault: 'lying-fsync', node: 0 }, wrong: [], needs: 'unnoticed' },
  'disk-full': { fault: { fault: 'disk-full', node: 0 }, wrong: ['n0 cannot write'] },
  'slow-disk': {
    fault: { fault: 'slow-disk', node: 0, by: 10 },
    wrong: ['n0 writes 10 slower'],
    twice: ['n0 writes 20 slower'],
  },
  // A leap is over at once: see the tests of clocks.
  'clock-jump': { fault: { fault: 'clock-jump', node: 0, by: 100 }, wrong: [], needs: 'clock' },
  'clock-drift': {
    fault: { fault: 'clock-drift', node: 0, rate: 200_000 },
    wrong: ['n0 has a clock at 1200000 ppm'],
    twice: ['n0 has a clock at 1400000 ppm'],
    needs: 'clock',
  },
  'clock-freeze': {
    fault: { fault: 'clock-freeze', node: 0 },
    wrong: ['n0 has a frozen clock'],
    needs: 'clock',
  },
  'client-crash': {
    fault: { fault: 'client-crash', client: 0 },
    wrong: ['n3 is down'],
    takesDown: true,
  },
  'duplicate-request': {
    fault: { fault: 'duplicate-request', client: 0, by: 10 },
    wrong: ['n3 has 1 that tamper'],
    twice: ['n3 has 2 that tamper'],
  },
  'wrong-node': {
    fault: { fault: 'wrong-node', client: 0, shift: 1 },
    wrong: ['n3 has 1 that tamper'],
    twice: ['n3 has 2 that tamper'],
  },
  impatience: {
    fault: { fault: 'impatience', client: 0, factor: 4 },
    wrong: ['n3 is 4 times too hasty'],
  },
  byzantine: {
    fault: { fault: 'byzantine', node: 0, behaviour: 'alter', to: [1], rate: 1, by: 1 },
    wrong: ['n0 has 1 that tamper'],
    twice: ['n0 has 2 that tamper'],
    needs: 'lies',
  },
  // What it is about is the protocol's own: see the tests of processes.
  reconfigure: { fault: { fault: 'reconfigure', members: [0, 1] }, wrong: [] },
} satisfies { readonly [kind in FaultKind]: Row };
