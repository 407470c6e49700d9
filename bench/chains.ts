/**
 * The tables of docs/CHAINS.md: `npm run bench:chains -- [seeds]`. Contenders whose protocol is not
 * there are left out.
 */
import type { ComparisonResult } from '../scenarios/compare/compared.ts';
import { compared, markdownTable, medianOf, presentIn } from './compared.ts';

const NAMES = ['saturated-reads', 'saturated-writes', 'saturated-mixed'];
const LENGTHS = [1, 2, 3, 4, 5, 6, 7];
const SEEDS_DEFAULT = 5;
const BASE_SEED = '0x1';

const CONTENDERS = [
  'chain',
  'chain:readMode=confirm',
  'chain:readMode=chain',
  'craq',
  'craq:readTarget=home',
  'craq:readMode=confirm',
  'vr',
  'mp',
  'mp:readMode=lease',
  'mp:readMode=quorum',
  'op',
  'op:readMode=lease',
];

const seeds = Number(process.argv[2] ?? SEEDS_DEFAULT);
const contenders = presentIn(NAMES, CONTENDERS);
const byLength: ComparisonResult[] = [];
for (const replicas of LENGTHS) {
  const comparison = { names: NAMES, contenders, seeds, baseSeed: BASE_SEED };
  byLength.push(await compared({ ...comparison, settings: { replicas } }));
}

for (const [at, name] of NAMES.entries()) {
  for (const [id, what] of [
    ['throughput', 'operations a second'],
    ['messages', 'messages an operation'],
  ] as const) {
    const rows = contenders.map((label, place) => [
      label,
      ...byLength.map(({ scenarios }) => {
        const scenario = scenarios[at];
        return scenario === undefined ? '–' : medianOf(scenario, place, id).replace('/s', '');
      }),
    ]);
    process.stdout.write(`### ${name}, ${what}\n\n`);
    process.stdout.write(`${markdownTable(['servers', ...LENGTHS.map(String)], rows)}\n`);
  }
}
