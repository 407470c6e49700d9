/**
 * The tables of docs/PARTIAL-CONNECTIVITY.md: `npm run bench:partial -- [seeds]`. Contenders whose
 * protocol is not there are left out.
 */
import type { ComparedScenario } from '../scenarios/compare/compared.ts';
import { compared, markdownTable, medianOf, presentIn } from './compared.ts';

const NAMES = ['quorum-loss', 'constrained-election', 'chained'];
const SEEDS_DEFAULT = 100;
const BASE_SEED = '0x1';

/** Every protocol that replicates, with the options that bear on who may lead. */
const CONTENDERS = [
  'vr',
  'vr:durability=durable',
  'mp',
  'mp:readMode=read-index',
  'mp:readMode=quorum',
  'mp:readMode=lease',
  'mp:phase2Quorum=2',
  'mp:catchUpPatience=1000',
  'op',
  'op:readMode=lease',
  'op:acceptQuorum=2',
  'chain',
  'chain:durability=durable',
  'chain:readMode=chain',
  'craq',
];

const HEADS = [
  '',
  'longest outage',
  'downtime',
  'stable leader after',
  'in seeds',
  'leader changes',
  'operations',
  'p99',
  'messages/op',
];

const seeds = Number(process.argv[2] ?? SEEDS_DEFAULT);
const contenders = presentIn(NAMES, CONTENDERS);
const result = await compared({ names: NAMES, contenders, seeds, baseSeed: BASE_SEED });
for (const scenario of result.scenarios) {
  process.stdout.write(`### ${scenario.name}\n\n${tableOf(scenario)}\n`);
}

function tableOf(scenario: ComparedScenario): string {
  const rows = contenders.map((label, place) => {
    const median = (id: Parameters<typeof medianOf>[2]): string => medianOf(scenario, place, id);
    return [
      label,
      median('longestOutage'),
      median('downtime'),
      median('stableAfterFault'),
      stableIn(scenario, place),
      median('leaderChanges'),
      median('done'),
      median('latency99'),
      median('messages'),
    ];
  });
  return markdownTable(HEADS, rows);
}

/** In how many seeds a leader led for good. */
function stableIn(scenario: ComparedScenario, place: number): string {
  const metrics = scenario.standings[place]?.metrics ?? [];
  const summary = metrics.find(({ metric }) => metric === 'stableAfterFault')?.summary;
  return summary === undefined ? '–' : `${summary.count - summary.never} of ${summary.count}`;
}
