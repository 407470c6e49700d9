/** The options of CRAQ: those of the chain that it is built on, and its own. */
import type { Micros, OptionSchema, Options } from '../../sim/contract.ts';
import type { Staleness } from '../../sim/level.ts';
import { optionSchema as chainSchema } from '../chain-replication/options.ts';
import { integerOption, ROUND_TRIP, timeOption } from '../option-schema.ts';

/** What the head does with a test-and-set of an object that has dirty versions (§4.1.1). */
export type TestAndSet = 'reject' | 'wait' | 'order';

/** Where a server joins a chain (§5.3). */
export type JoinAt = 'tail' | 'head' | 'middle' | 'drawn' | 'listed';

const PLACES: readonly JoinAt[] = ['tail', 'head', 'middle', 'drawn', 'listed'];

export interface CraqOptions {
  readonly isLeased: boolean;
  readonly driftBound: number;
  readonly staleness: Staleness;
  readonly testAndSet: TestAndSet;
  readonly spreadsReads: boolean;
  readonly isMulticast: boolean;
  readonly joinAt: JoinAt;
  readonly askRetry: Micros;
  readonly clientRetry: Micros;
}

const own: readonly OptionSchema[] = [
  {
    name: 'readMode',
    about: 'strong reads: by any server under a lease, or by one that the master confirms',
    type: 'choice',
    default: 'lease',
    choices: ['lease', 'confirm'],
    trials: ['confirm'],
  },
  {
    name: 'readTarget',
    about: 'a client reads at any server, another one each time, or at one that it stays with',
    type: 'choice',
    default: 'any',
    choices: ['any', 'home'],
    trials: ['home'],
  },
  {
    name: 'boundBy',
    about: 'bounded reads are off by so much time at most, or by so many versions',
    type: 'choice',
    default: 'time',
    choices: ['time', 'versions'],
    trials: ['versions'],
  },
  timeOption({
    name: 'boundTime',
    about: 'a bounded read misses nothing that was committed so long before it',
    default: 50_000,
    min: ROUND_TRIP,
    trials: [10_000, 200_000],
    mayDiffer: false,
  }),
  {
    name: 'boundVersions',
    about: 'a bounded read is off by so many versions of its object at most',
    type: 'integer',
    default: 2,
    min: 0,
    max: 1_000,
    trials: [0, 1],
  },
  {
    name: 'testAndSet',
    about:
      'of an object with writes under way: the head rejects it, lets it wait, or orders it after',
    type: 'choice',
    default: 'reject',
    choices: ['reject', 'wait', 'order'],
    trials: ['wait', 'order'],
  },
  {
    name: 'multicast',
    about: 'the head sends writes to all servers at once, and only their names go down the chain',
    type: 'boolean',
    default: false,
    trials: [true],
  },
  {
    name: 'joinAt',
    about:
      'a server joins as the tail, as the head, in the middle, anywhere (drawn), or where the ' +
      'list of the servers that are wanted has it (listed)',
    type: 'choice',
    default: 'tail',
    choices: PLACES,
    trials: ['head', 'middle', 'drawn', 'listed'],
  },
  timeOption({
    name: 'askRetry',
    about: 'a server asks the tail again for a version after so long',
    default: 10_000,
    trials: [3_000, 30_000],
  }),
];

/** In the order of the chain's, with what replaces one of those in its place. */
export const optionSchema: readonly OptionSchema[] = [
  ...chainSchema.map((option) => own.find(({ name }) => name === option.name) ?? option),
  ...own.filter(({ name }) => chainSchema.every((option) => option.name !== name)),
];

/** Reads options that are complete and valid, as `Cluster.options` promises. */
export function readCraqOptions(options: Options): CraqOptions {
  return {
    isLeased: options.readMode === 'lease',
    driftBound: integerOption(options, 'driftBound'),
    staleness: stalenessOf(options),
    testAndSet: testAndSetOf(options),
    spreadsReads: options.readTarget === 'any',
    isMulticast: options.multicast === true,
    joinAt: joinAtOf(options),
    askRetry: integerOption(options, 'askRetry'),
    clientRetry: integerOption(options, 'clientRetry'),
  };
}

export function stalenessOf(options: Options): Staleness {
  return options.boundBy === 'time'
    ? { by: 'time', most: integerOption(options, 'boundTime') }
    : { by: 'versions', most: integerOption(options, 'boundVersions') };
}

function joinAtOf({ joinAt }: Options): JoinAt {
  const place = PLACES.find((each) => each === joinAt);
  if (place === undefined)
    throw new TypeError(`option joinAt is ${joinAt}, not where servers join`);
  return place;
}

function testAndSetOf({ testAndSet }: Options): TestAndSet {
  if (testAndSet === 'reject' || testAndSet === 'wait' || testAndSet === 'order') return testAndSet;
  throw new TypeError(`option testAndSet is ${testAndSet}, not what a head may do with one`);
}
