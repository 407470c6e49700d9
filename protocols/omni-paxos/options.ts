/** The options of OmniPaxos, their defaults, and what follows from them. */
import type { Micros, OptionLimit, OptionSchema, Options } from '../../sim/contract.ts';
import { patienceOptions } from '../client-patience.ts';
import { integerOption, ROUND_TRIP, timeOption } from '../option-schema.ts';

/**
 * How operations that only read are served: as entries of the log; by the leader once a quorum has
 * confirmed that it leads; by the leader under its lease.
 */
export type ReadMode = 'log' | 'read-index' | 'lease';

/** Options as servers read them. Times are Micros. */
export interface OmniOptions {
  readonly isDurable: boolean;
  /** How many of the servers are members at first; 0 is all. */
  readonly members: number;
  /** Servers that have to accept an entry; 0 is a majority. */
  readonly acceptQuorum: number;
  /** The server with the highest id has priority over the others by so much. */
  readonly prioritySpread: number;
  readonly batchSize: number;
  readonly flushAfter: Micros;
  readonly window: number;
  readonly readMode: ReadMode;
  readonly leaseDuration: Micros;
  /** Clocks gain or lose at most so many parts per million. */
  readonly driftBound: number;
  readonly snapshotEvery: number;
  readonly isDelta: boolean;
  readonly isTrimmed: boolean;
  readonly electionTimeout: Micros;
  readonly resendInterval: Micros;
  readonly gapPatience: Micros;
  readonly migrationRetry: Micros;
  readonly clientRetry: Micros;
  readonly giveUpAfter: Micros;
}

/**
 * Servers may wait for different times, as during a rolling upgrade; what they have to agree on is
 * the same everywhere.
 */
export const optionSchema: readonly OptionSchema[] = [
  {
    name: 'durability',
    about: 'durable: promises and log are on disk; memory: a server that crashes votes no more',
    type: 'choice',
    default: 'durable',
    choices: ['durable', 'memory'],
    trials: ['memory'],
  },
  {
    name: 'members',
    about: 'how many of the replicas are members at first, the others join later; 0 is all',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100,
  },
  {
    name: 'acceptQuorum',
    about: 'servers that have to accept an entry (flexible quorums); 0 is a majority',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100,
  },
  {
    name: 'prioritySpread',
    about: 'of equal ballots, that of a higher priority wins: node id modulo so much; 1 is none',
    type: 'integer',
    default: 1,
    min: 1,
    max: 64,
    trials: [3],
  },
  {
    name: 'batchSize',
    about: 'entries that the leader sends in one message at most',
    type: 'integer',
    default: 1,
    min: 1,
    max: 1_000,
    mayDiffer: true,
    trials: [4, 64],
  },
  timeOption({
    name: 'flushAfter',
    about: 'a batch that is not full is sent after so long',
    default: 1_000,
    trials: [200, 5_000],
  }),
  {
    name: 'window',
    about: 'entries that may be undecided at once',
    type: 'integer',
    default: 64,
    min: 1,
    max: 10_000,
    mayDiffer: true,
    trials: [1, 8],
  },
  {
    name: 'readMode',
    about: 'how reads are served: in the log, by a confirmed leader, under its lease',
    type: 'choice',
    default: 'log',
    choices: ['log', 'read-index', 'lease'],
  },
  timeOption({
    name: 'leaseDuration',
    about: 'how long a leader may count on a server that has confirmed it',
    default: 40_000,
    mayDiffer: false,
    trials: [],
  }),
  {
    name: 'driftBound',
    about: 'clocks are trusted to gain or lose at most so many parts per million',
    type: 'integer',
    default: 200_000,
    min: 0,
    max: 900_000,
  },
  {
    name: 'snapshotEvery',
    about: 'entries between two snapshots, which replace what was decided before; 0 is never',
    type: 'integer',
    default: 100,
    min: 0,
    max: 1_000_000,
    mayDiffer: true,
    trials: [0, 8],
  },
  {
    name: 'snapshots',
    about: 'what a server gets that is behind: the whole state, or what has changed in it since',
    type: 'choice',
    default: 'complete',
    choices: ['complete', 'delta'],
    mayDiffer: true,
    trials: ['delta'],
  },
  {
    name: 'compaction',
    about: 'local: a snapshot replaces entries at once; trim: only once all members have them',
    type: 'choice',
    default: 'local',
    choices: ['local', 'trim'],
    mayDiffer: true,
    trials: ['trim'],
  },
  timeOption({
    name: 'electionTimeout',
    about: 'a round of heartbeats: who is not heard in it is taken for dead',
    default: 30_000,
    min: ROUND_TRIP,
    trials: [20_000, 60_000],
  }),
  timeOption({
    name: 'resendInterval',
    about: 'a leader tells its followers anew what they have missed this often',
    default: 10_000,
    trials: [3_000, 30_000],
  }),
  timeOption({
    name: 'gapPatience',
    about: 'a follower waits so long for what was overtaken, before it asks to begin anew',
    default: 3_000,
    trials: [500, 15_000],
  }),
  timeOption({
    name: 'migrationRetry',
    about: 'a server that lacks decided entries asks others for them after so long',
    default: 10_000,
    trials: [3_000, 30_000],
  }),
  ...patienceOptions,
];

/** Reads options that are complete and valid, as `Cluster.options` promises. */
export function readOptions(options: Options): OmniOptions {
  return {
    isDurable: options.durability === 'durable',
    members: integerOption(options, 'members'),
    acceptQuorum: integerOption(options, 'acceptQuorum'),
    prioritySpread: integerOption(options, 'prioritySpread'),
    batchSize: integerOption(options, 'batchSize'),
    flushAfter: integerOption(options, 'flushAfter'),
    window: integerOption(options, 'window'),
    readMode: readModeOf(options),
    leaseDuration: integerOption(options, 'leaseDuration'),
    driftBound: integerOption(options, 'driftBound'),
    snapshotEvery: integerOption(options, 'snapshotEvery'),
    isDelta: options.snapshots === 'delta',
    isTrimmed: options.compaction === 'trim',
    electionTimeout: integerOption(options, 'electionTimeout'),
    resendInterval: integerOption(options, 'resendInterval'),
    gapPatience: integerOption(options, 'gapPatience'),
    migrationRetry: integerOption(options, 'migrationRetry'),
    clientRetry: integerOption(options, 'clientRetry'),
    giveUpAfter: integerOption(options, 'giveUpAfter'),
  };
}

function readModeOf({ readMode }: Options): ReadMode {
  return readMode === 'read-index' || readMode === 'lease' ? readMode : 'log';
}

/** All members are servers, and a quorum is not more than the members at first. */
export function limits(options: Options, replicas: number): readonly OptionLimit[] {
  const members = integerOption(options, 'members');
  const servers = `there ${replicas === 1 ? 'is 1 replica' : `are ${replicas} replicas`}`;
  const first = members === 0 ? replicas : Math.min(members, replicas);
  const because = first === replicas ? servers : `${first} of ${replicas} replicas are members`;
  return [
    { option: 'members', most: replicas, because: servers },
    { option: 'acceptQuorum', most: first, because },
  ];
}

/**
 * Of so many members, how many have to accept an entry before it is decided: all of them, where an
 * operator has asked for fewer members than that.
 */
export function acceptQuorumFor(members: number, { acceptQuorum }: OmniOptions): number {
  return acceptQuorum === 0 ? Math.floor(members / 2) + 1 : Math.min(acceptQuorum, members);
}

/** Who leads needs both kinds: promises to begin with, and entries accepted to go on. */
export function leaderQuorumFor(members: number, options: OmniOptions): number {
  return Math.max(acceptQuorumFor(members, options), prepareQuorumFor(members, options));
}

/** So many that each accept quorum has one of them (Flexible Paxos). */
export function prepareQuorumFor(members: number, options: OmniOptions): number {
  return members - acceptQuorumFor(members, options) + 1;
}
