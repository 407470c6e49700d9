/** The options of Multi-Paxos, their defaults, and what follows from them. */
import type { Micros, OptionLimit, OptionSchema, Options } from '../../sim/contract.ts';
import { patienceOptions } from '../client-patience.ts';
import { heartbeatLimits, integerOption, ROUND_TRIP, timeOption } from '../option-schema.ts';

/**
 * How operations that only read are served: as commands in a slot (§4.5); by the leader once a
 * quorum has confirmed that it leads; by the leader under its lease; or by any replica that has
 * asked a quorum how far it is.
 */
export type ReadMode = 'log' | 'read-index' | 'lease' | 'quorum';

/** Options as the nodes read them. Times are Micros. */
export interface PaxosOptions {
  /** How many of the nodes are members at first; 0 is all. */
  readonly members: number;
  /** The paper's WINDOW. */
  readonly window: number;
  readonly batchSize: number;
  /** Acceptors that have to accept a pvalue; 0 is a majority. */
  readonly phase2Quorum: number;
  readonly isCommitPiggybacked: boolean;
  readonly readMode: ReadMode;
  readonly leaseDuration: Micros;
  /** Clocks gain or lose at most so many parts per million. */
  readonly driftBound: number;
  readonly snapshotEvery: number;
  readonly heartbeatInterval: Micros;
  readonly leaderTimeout: Micros;
  readonly leaderSpread: Micros;
  readonly phase1Resend: Micros;
  readonly phase2Resend: Micros;
  readonly proposeResend: Micros;
  readonly catchUpPatience: Micros;
  readonly clientRetry: Micros;
  readonly giveUpAfter: Micros;
}

/**
 * Nodes may wait for different times, as during a rolling upgrade; what they have to agree on is
 * the same everywhere. Any combination of trials leaves time for what has to happen meanwhile: the
 * shortest leader timeout is more than two of the longest heartbeats.
 */
export const optionSchema: readonly OptionSchema[] = [
  {
    name: 'members',
    about: 'how many of the replicas are members at first, the others join later; 0 is all',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100,
  },
  {
    name: 'window',
    about: 'slots that may be open at once; other members take over so many slots later',
    type: 'integer',
    default: 16,
    min: 1,
    max: 10_000,
  },
  {
    name: 'batchSize',
    about: 'requests that share a slot at most',
    type: 'integer',
    default: 1,
    min: 1,
    max: 1_000,
    mayDiffer: true,
    trials: [4, 64],
  },
  {
    name: 'phase2Quorum',
    about: 'acceptors that have to accept a command (Flexible Paxos); 0 is a majority',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100,
  },
  {
    name: 'commit',
    about: 'explicit: a message a decision; piggybacked: told with what comes next',
    type: 'choice',
    default: 'explicit',
    choices: ['explicit', 'piggybacked'],
    mayDiffer: true,
    trials: ['piggybacked'],
  },
  {
    name: 'readMode',
    about: 'how reads are served: in the log, by a confirmed leader, under its lease, by a quorum',
    type: 'choice',
    default: 'log',
    choices: ['log', 'read-index', 'lease', 'quorum'],
  },
  timeOption({
    name: 'leaseDuration',
    about: 'how long a leader may count on an acceptor that has followed its heartbeat',
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
    about: 'slots between two snapshots, which replace what was decided before; 0 is never',
    type: 'integer',
    default: 100,
    min: 0,
    max: 1_000_000,
    mayDiffer: true,
    trials: [0, 8],
  },
  timeOption({
    name: 'heartbeatInterval',
    about: 'the leader says that it is there this often',
    default: 10_000,
    trials: [3_000],
  }),
  timeOption({
    name: 'leaderTimeout',
    about: 'a node that hears no leader for so long sends scouts',
    default: 50_000,
    min: ROUND_TRIP,
    trials: [40_000, 150_000],
  }),
  timeOption({
    name: 'leaderSpread',
    about: 'each wait for a leader is longer by up to so much',
    default: 40_000,
    min: 0,
    trials: [10_000, 80_000],
  }),
  timeOption({
    name: 'phase1Resend',
    about: 'a scout asks again after so long',
    default: 10_000,
    trials: [3_000, 30_000],
  }),
  timeOption({
    name: 'phase2Resend',
    about: 'a commander asks again after so long',
    default: 10_000,
    trials: [3_000, 30_000],
  }),
  timeOption({
    name: 'proposeResend',
    about: 'a replica proposes again what is not decided after so long',
    default: 15_000,
    trials: [3_000, 50_000],
  }),
  timeOption({
    name: 'catchUpPatience',
    about: 'a replica that lacks a decision asks for it after so long',
    default: 5_000,
    trials: [1_000, 20_000],
  }),
  ...patienceOptions,
];

/** Reads options that are complete and valid, as `Cluster.options` promises. */
export function readOptions(options: Options): PaxosOptions {
  return {
    members: integerOption(options, 'members'),
    window: integerOption(options, 'window'),
    batchSize: integerOption(options, 'batchSize'),
    phase2Quorum: integerOption(options, 'phase2Quorum'),
    isCommitPiggybacked: options.commit === 'piggybacked',
    readMode: readModeOf(options),
    leaseDuration: integerOption(options, 'leaseDuration'),
    driftBound: integerOption(options, 'driftBound'),
    snapshotEvery: integerOption(options, 'snapshotEvery'),
    heartbeatInterval: integerOption(options, 'heartbeatInterval'),
    leaderTimeout: integerOption(options, 'leaderTimeout'),
    leaderSpread: integerOption(options, 'leaderSpread'),
    phase1Resend: integerOption(options, 'phase1Resend'),
    phase2Resend: integerOption(options, 'phase2Resend'),
    proposeResend: integerOption(options, 'proposeResend'),
    catchUpPatience: integerOption(options, 'catchUpPatience'),
    clientRetry: integerOption(options, 'clientRetry'),
    giveUpAfter: integerOption(options, 'giveUpAfter'),
  };
}

/**
 * All members are nodes, and a quorum is not more than the members at first. One lost heartbeat is
 * no sign that the leader is gone.
 */
export function limits(options: Options, replicas: number): readonly OptionLimit[] {
  const { members, leaderTimeout, heartbeatInterval } = readOptions(options);
  const nodes = `there ${replicas === 1 ? 'is 1 replica' : `are ${replicas} replicas`}`;
  const first = members === 0 ? replicas : Math.min(members, replicas);
  const because = first === replicas ? nodes : `${first} of ${replicas} replicas are members`;
  return [
    { option: 'members', most: replicas, because: nodes },
    { option: 'phase2Quorum', most: first, because },
    ...heartbeatLimits(heartbeatInterval, [
      {
        option: 'leaderTimeout',
        most: Math.floor(leaderTimeout / 2),
        because: `a leader that is not heard for ${leaderTimeout} µs is taken for dead`,
        least: 2 * heartbeatInterval,
      },
    ]),
  ];
}

/**
 * Of so many members, how many have to accept a pvalue before it is decided: all of them, where an
 * operator has asked for fewer members than that.
 */
export function phase2QuorumFor(members: number, { phase2Quorum }: PaxosOptions): number {
  return phase2Quorum === 0 ? Math.floor(members / 2) + 1 : Math.min(phase2Quorum, members);
}

function readModeOf({ readMode }: Options): ReadMode {
  return readMode === 'read-index' || readMode === 'lease' || readMode === 'quorum'
    ? readMode
    : 'log';
}
