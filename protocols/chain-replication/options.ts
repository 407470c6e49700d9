/** The options of chain replication, their defaults, and what follows from them. */
import type {
  Cluster,
  Micros,
  NodeId,
  OptionLimit,
  OptionSchema,
  Options,
} from '../../sim/contract.ts';
import { shortestOf } from '../lease-windows.ts';
import {
  heartbeatLimits,
  type IntegerOption,
  integerOption,
  type Patience,
  ROUND_TRIP,
  timeOption,
} from '../option-schema.ts';

const MILLION = 1_000_000;

/** How queries are served. */
export type ReadMode = 'lease' | 'confirm' | 'chain';

/** Options as servers, masters and clients read them. Times are Micros. */
export interface ChainOptions {
  readonly isDurable: boolean;
  readonly readMode: ReadMode;
  readonly autoExtend: boolean;
  readonly batchSize: number;
  readonly window: number;
  readonly snapshotEvery: number;
  readonly driftBound: number;
  readonly leaseDuration: Micros;
  readonly heartbeatInterval: Micros;
  readonly suspectAfter: Micros;
  readonly leaderTimeout: Micros;
  readonly leaderSpread: Micros;
  readonly forwardResend: Micros;
  readonly gapPatience: Micros;
  readonly handoverRetry: Micros;
  readonly clientRetry: Micros;
  readonly giveUpAfter: Micros;
}

/**
 * A lease is renewed several times before it runs out, and a server that is there is not suspected
 * because one heartbeat is lost, under any combination of trials.
 */
export const optionSchema: readonly OptionSchema[] = [
  {
    name: 'durability',
    about: 'fail-stop: a restarted server is a fresh one; durable: it resumes from its disk',
    type: 'choice',
    default: 'fail-stop',
    choices: ['fail-stop', 'durable'],
    trials: ['durable'],
  },
  {
    name: 'readMode',
    about: 'queries: by the tail under a lease, by a tail that the master confirms, as updates',
    type: 'choice',
    default: 'tail',
    choices: ['tail', 'confirm', 'chain'],
    trials: ['confirm', 'chain'],
  },
  count('masters', 'how many of the replicas, from the first on, are masters', 3, 1, 9, [1]),
  count('servers', 'how many servers form the first chain; 0 is all', 0, 0, 64, [1, 2]),
  {
    name: 'autoExtend',
    about: 'whoever asks joins the chain; otherwise only servers of the first chain or as told',
    type: 'boolean',
    default: true,
    trials: [false],
  },
  count('batchSize', 'updates that one Forward brings at most', 8, 1, 1_000, [1, 2]),
  count('window', 'updates forwarded beyond what the next server holds', 32, 1, 1_000, [1, 4]),
  count(
    'snapshotEvery',
    'updates between two snapshots, which replace earlier updates; 0 is never',
    100,
    0,
    1_000_000,
    [3, 20],
  ),
  {
    ...count('driftBound', 'clocks gain or lose at most so many parts per million', 200_000, 0),
    max: 900_000,
  },
  {
    ...time(
      'leaseDuration',
      'how long a tail may answer after a heartbeat',
      40_000,
      [20_000],
      false,
    ),
    min: ROUND_TRIP,
  },
  time(
    'heartbeatInterval',
    'a server tells the masters this often that it is there',
    8_000,
    [3_000],
  ),
  {
    ...time(
      'suspectAfter',
      'a master suspects a server that it has not heard for so long',
      60_000,
      [30_000, 150_000],
    ),
    min: 2 * ROUND_TRIP,
  },
  {
    ...time(
      'leaderTimeout',
      'a master that hears no acting one for so long wants to act',
      50_000,
      [40_000, 150_000],
    ),
    min: ROUND_TRIP,
  },
  {
    ...time('leaderSpread', 'each such wait is longer by up to so much', 40_000, [10_000]),
    min: 1,
  },
  time(
    'forwardResend',
    'a server without an Ack forwards again after so long',
    10_000,
    [3_000, 30_000],
  ),
  time('gapPatience', 'a server waits so long for an overtaken Forward', 3_000, [500, 15_000]),
  time(
    'handoverRetry',
    'a server that joins asks its predecessor again after so long',
    10_000,
    [3_000, 30_000],
  ),
  time(
    'clientRetry',
    'a client without a reply asks again after so long',
    60_000,
    [10_000, 200_000],
  ),
  {
    ...time(
      'giveUpAfter',
      'a client gives an operation up after so long; 0 is never',
      0,
      [50_000, 300_000],
    ),
    min: 0,
  },
];

function count(
  name: string,
  about: string,
  value: number,
  min: number,
  max = 1_000_000,
  trials: readonly number[] = [],
): IntegerOption {
  return { name, about, type: 'integer', default: value, min, max, trials };
}

function time(
  name: string,
  about: string,
  value: Micros,
  trials: readonly Micros[],
  mayDiffer = true,
): IntegerOption {
  return timeOption({ name, about, default: value, trials, mayDiffer });
}

/** Reads options that are complete and valid, as `Cluster.options` promises. */
export function readOptions(options: Options): ChainOptions {
  return {
    isDurable: options.durability === 'durable',
    readMode: readModeOf(options),
    autoExtend: options.autoExtend === true,
    batchSize: integerOption(options, 'batchSize'),
    window: integerOption(options, 'window'),
    snapshotEvery: integerOption(options, 'snapshotEvery'),
    driftBound: integerOption(options, 'driftBound'),
    leaseDuration: integerOption(options, 'leaseDuration'),
    heartbeatInterval: integerOption(options, 'heartbeatInterval'),
    suspectAfter: integerOption(options, 'suspectAfter'),
    leaderTimeout: integerOption(options, 'leaderTimeout'),
    leaderSpread: integerOption(options, 'leaderSpread'),
    forwardResend: integerOption(options, 'forwardResend'),
    gapPatience: integerOption(options, 'gapPatience'),
    handoverRetry: integerOption(options, 'handoverRetry'),
    clientRetry: integerOption(options, 'clientRetry'),
    giveUpAfter: integerOption(options, 'giveUpAfter'),
  };
}

/** Under a lease: of a `tail`, or of any server where all answer queries. */
function readModeOf({ readMode }: Options): ReadMode {
  if (readMode === 'tail' || readMode === 'lease') return 'lease';
  if (readMode === 'confirm' || readMode === 'chain') return readMode;
  throw new TypeError(`option readMode is ${readMode}, not a way to read`);
}

/** A master and a server. */
export const REPLICAS_MIN = 2;

/**
 * One replica at least is a server, and the first chain consists of servers. What a heartbeat keeps
 * up outlasts two of them.
 */
export function limits(options: Options, replicas: number): readonly OptionLimit[] {
  const chain = readOptions(options);
  const masters = Math.min(integerOption(options, 'masters'), replicas - 1);
  return [
    {
      option: 'masters',
      most: replicas - 1,
      because: `of ${replicas} replicas one at least has to be a server`,
    },
    {
      option: 'servers',
      most: replicas - masters,
      because: `of ${replicas} replicas ${masters} ${masters > 1 ? 'are masters' : 'is a master'}`,
    },
    ...heartbeatLimits(chain.heartbeatInterval, patiences(chain)),
  ];
}

/** What heartbeats keep up: leases, the trust in servers, the leadership of a master. */
function patiences(options: ChainOptions): readonly Patience[] {
  const { leaseDuration, driftBound, suspectAfter, leaderTimeout, heartbeatInterval } = options;
  const counted = shortestOf(leaseDuration, driftBound);
  const fresh = suspectAfter - marginOf(options);
  const two = 2 * heartbeatInterval;
  return [
    {
      option: 'leaseDuration',
      most: Math.ceil(counted / 2),
      because: `a lease is renewed by heartbeats, and counted on for ${counted} µs`,
      least: leaseOf(two, driftBound),
    },
    {
      option: 'suspectAfter',
      most: Math.ceil((fresh - ROUND_TRIP) / 2),
      because: `with suspectAfter = ${suspectAfter}, a word is too old after ${fresh} µs`,
      least: Math.ceil((4 * (two + ROUND_TRIP)) / 3),
    },
    {
      option: 'leaderTimeout',
      most: Math.ceil(leaderTimeout / 2),
      because: `a master that is not heard for ${leaderTimeout} µs is taken for dead`,
      least: two,
    },
  ];
}

/** The shortest lease that is counted on for so long, by clocks that lose as allowed. */
function leaseOf(counted: Micros, driftBound: number): Micros {
  return Math.ceil(((counted + 1) * MILLION) / (MILLION - driftBound));
}

/**
 * By so much the word on which a server is removed has to be later than the last that was heard of
 * the removed one. So who was heard within that time is not removed on the word of one that has
 * died since.
 */
export function marginOf({ suspectAfter }: Pick<ChainOptions, 'suspectAfter'>): Micros {
  return Math.floor(suspectAfter / 4);
}

/** Who is what: the first replicas are masters, the others servers, at least one of each. */
export interface Roles {
  readonly masters: readonly NodeId[];
  readonly servers: readonly NodeId[];
  readonly firstChain: readonly NodeId[];
}

export function rolesOf({ replicas, options }: Pick<Cluster, 'replicas' | 'options'>): Roles {
  const masterCount = integerOption(options, 'masters');
  const masters = replicas.slice(0, masterCount);
  const servers = replicas.slice(masterCount);
  const first = integerOption(options, 'servers');
  return { masters, servers, firstChain: first === 0 ? servers : servers.slice(0, first) };
}
