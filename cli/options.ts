/** The options of each command. All values are read as text; `Given` parses them. */
import type { Options } from 'yargs';

type OptionTable = { readonly [name: string]: Options };

const text = (describe: string): Options => ({ type: 'string', requiresArg: true, describe });
const list = (describe: string): Options => ({ type: 'array', string: true, describe });
const flag = (describe: string): Options => ({ type: 'boolean', describe });

export const SWITCH = ['on', 'off'] as const;
export const REPORTERS = ['line', 'dot', 'json', 'ndjson', 'junit', 'html', 'blob'] as const;
export type Reporter = (typeof REPORTERS)[number];

/** What shapes the world that a seed draws. */
export const SIMULATION: OptionTable = {
  nodes: text('number of replicas'),
  clients: text('number of clients'),
  ops: text('number of operations'),
  duration: text('virtual time until faults stop, such as 10s'),
  'max-events': text('end a run after so many events'),
  'service-time': text('how long a message keeps a replica busy, such as 100us; none by default'),
  faults: text('fault profile, such as chaos; see list faults'),
  set: list('protocol option as key=value, repeatable; see list protocols'),
  mutant: text('plant a bug, such as VR-3; see list mutants'),
  check: list('oracles to judge with, comma-separated; see list oracles'),
  determinism: flag('run every seed twice and compare the trace hashes'),
};

const JSON_FLAG: OptionTable = { json: flag('print the result as JSON on stdout') };

/** For one run, or a few, at a time. */
export const SHOWN: OptionTable = {
  print: list('also print events, state or ops'),
  html: {
    type: 'string',
    describe: 'write an HTML report, to quorumlab-out/report.html or this file',
  },
  trace: text('write the event log to this file, one JSON object a line'),
};

export const RUN: OptionTable = {
  seed: { ...text('seed of the run; drawn and printed if not given'), alias: 's' },
  script: text('do what this file says, line by line, and print the answers; - is standard input'),
  ...SIMULATION,
  ...SHOWN,
  ...JSON_FLAG,
};

export const REPLAY: OptionTable = {
  ...SIMULATION,
  explain: flag('tell which event decides the failure, by running it many times over'),
  ...SHOWN,
  ...JSON_FLAG,
};

export const FUZZ: OptionTable = {
  seeds: text('how many, such as 1000, or a piece A..B (B not included); 1000 without --time'),
  time: { ...text('wall-clock budget, such as 5m'), alias: 't' },
  jobs: { ...text('number of worker threads'), alias: 'j' },
  strategy: text('how to choose what is run, such as guided; see list strategies (default mix)'),
  shard: text('run only part I of N of the seeds, as I/N from 1/N to N/N'),
  'base-seed': text('seed of the seeds; drawn and printed if not given'),
  'max-failures': { ...text('stop after so many distinct signatures'), alias: 'x' },
  timeout: text('wall-clock limit of one run (default 30s)'),
  'expect-failure': {
    type: 'string',
    describe: 'pass only if a failure is found; =SIGNATURE, provisional or refined, for that one',
  },
  shrink: text('make each failure small: on (default) or off'),
  'shrink-time': text('wall-clock limit of shrinking one failure (default 60s)'),
  explain: text('tell which event decides each failure: on (default) or off'),
  reporter: list(`${REPORTERS.join(', ')} (default line,json,html)`),
  corpus: text('saved failures to run first: a folder, or off (default corpus, if it is there)'),
  'out-dir': text('where reports and failures go (default quorumlab-out)'),
  ...SIMULATION,
  ...JSON_FLAG,
};

export const SHRINK: OptionTable = {
  'shrink-time': text('wall-clock limit (default 60s); the best so far is kept'),
  timeout: text('wall-clock limit of one run (default 30s)'),
  explain: text('tell which event decides the failure: on (default) or off'),
  out: text('file for what is left (default quorumlab-out/failures/SIGNATURE.json)'),
  'expect-failure': {
    type: 'string',
    describe: 'pass only if it fails; =SIGNATURE, provisional or refined, for that one',
  },
  ...SIMULATION,
  ...JSON_FLAG,
};

const { determinism: _determinism, ...SHAPES } = SIMULATION;

const { mutant: _mutant, nodes: _nodes, set: _set, ...SHARED_SHAPES } = SHAPES;

export const COMPARE: OptionTable = {
  protocol: list('whom to compare, such as vr,mp,mp:readMode=lease; see list protocols'),
  seeds: text('how many, such as 1000, or a piece A..B (B not included); default 100'),
  'base-seed': text('seed of the seeds; drawn and printed if not given'),
  jobs: { ...text('number of worker threads'), alias: 'j' },
  timeout: text('wall-clock limit of one run (default 30s)'),
  nodes: text('number of servers; a protocol that needs other replicas besides has more'),
  set: list('option of every protocol as key=value, repeatable; PROTOCOL:key=value for one'),
  ...SHARED_SHAPES,
  html: {
    type: 'string',
    describe: 'write an HTML report, to quorumlab-out/compare.html or this file',
  },
  show: text('index of the seed that the report shows in full; the most telling by default'),
  'out-dir': text('where specs of failed runs go (default quorumlab-out)'),
  ...JSON_FLAG,
};

/** The two sides of a comparison. */
export const SIDES = ['a', 'b'] as const;
export type Side = (typeof SIDES)[number];

/** What shapes the world of one side alone; in the help one of them stands for all. */
function ofSide(side: Side): OptionTable {
  const shown: Options = {
    ...text(`plant a bug on side ${side} alone (or none); so --${side}-set, --${side}-nodes, …`),
  };
  const entries = Object.entries(SHAPES).map(([name, option]): [string, Options] => [
    `${side}-${name}`,
    name === 'mutant' ? shown : { ...option, hidden: true },
  ]);
  return Object.fromEntries(entries);
}

export const DIFF: OptionTable = {
  ...ofSide('a'),
  ...ofSide('b'),
  ...SHAPES,
  rows: text('events of each side to show beside each other (default 8)'),
  ...JSON_FLAG,
};

const RUNNING: OptionTable = {
  jobs: { ...text('number of worker threads'), alias: 'j' },
  timeout: text('wall-clock limit of one run (default 30s)'),
};

export const CORPUS_LS: OptionTable = { ...JSON_FLAG };

export const CORPUS_ADD: OptionTable = {
  expect: text('pass or fail: what verify is to see (default: fail with a mutant, else pass)'),
  note: text('why it is kept'),
  dir: text('folder of the corpus (default corpus)'),
  force: flag('replace an entry of the same run, or keep what no longer shows what was found'),
  ...SIMULATION,
  ...JSON_FLAG,
};

export const CORPUS_VERIFY: OptionTable = {
  update: flag('record what has changed anew, where it still fails or passes as it should'),
  ...RUNNING,
  ...JSON_FLAG,
};

export const CORPUS_PRUNE: OptionTable = {
  keep: text('how many of one signature stay, the smallest (default 3)'),
  stale: flag('run all, and also remove what no longer shows what it was kept for'),
  'dry-run': flag('remove nothing, only say what would go'),
  ...RUNNING,
  ...JSON_FLAG,
};

export const CHECK: OptionTable = {
  model: text("model to judge by, such as cas-register, in place of the file's; see list models"),
  initial: text('value before the first operation, as JSON, such as 0 or \'"a"\''),
  level: text(
    'what to hold it against: linearizable (default), sequential, sessions, one of the four' +
      ' session guarantees, stale-versions:N or stale-time:N',
  ),
  format: text('format of the files, such as paxi-csv; found out if not given'),
  'failed-cas': text('what a failed cas in Jepsen files means: observed or absent'),
  time: { ...text('wall-clock limit for one file (default 60s)'), alias: 't' },
  memory: text('memory limit of the process, such as 1GB; 512MB of search tables by default'),
  html: text('write an HTML report of all files to this file'),
  json: flag('print one JSON object for each history on stdout'),
};

export const LIST: OptionTable = { ...JSON_FLAG };

export const REPORT: OptionTable = {
  reporter: list('line, json, junit, html (default line,json,html)'),
  'out-dir': text('where the merged report goes (default quorumlab-out)'),
  ...JSON_FLAG,
};

/** Options that every command has. */
export const GLOBAL: readonly string[] = ['help', 'version'];
