/** A comparison of two protocols in four seeds, run once for all tests. */
import type { ReportInput } from '../../reports/html.ts';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import type { ComparisonResult } from '../../scenarios/compare/compared.ts';
import { comparisonOf } from '../../scenarios/compare/comparison.ts';
import type { ComparisonRequest } from '../../scenarios/compare/request.ts';
import { runSeedOfAll } from '../../scenarios/compare/run-seed.ts';
import { shownSeed, tellingIndex } from '../../scenarios/compare/shown-seed.ts';
import { run } from '../../scenarios/run.ts';

const NAME = 'quorum-loss';
const SEEDS = [0, 1, 2, 3];
const ENGINE = { run, scenarios };
const REQUEST: ComparisonRequest = {
  names: [NAME],
  contenders: ['vr', 'mp'].map((protocol) => ({ label: protocol, protocol, options: {} })),
  baseSeed: '0x1',
  settings: {},
};

let made: { readonly result: ComparisonResult; readonly report: ReportInput } | undefined;

export function fixtureComparison(): NonNullable<typeof made> {
  made ??= compared();
  return made;
}

function compared(): NonNullable<typeof made> {
  const seeds = SEEDS.map((index) => runSeedOfAll(ENGINE, REQUEST, { name: NAME, index }));
  const result = comparisonOf(scenarios, REQUEST, {
    from: 0,
    to: SEEDS.length,
    flags: [],
    interrupted: false,
    seeds,
    lost: [],
  });
  const index = tellingIndex(result.scenarios[0]!) ?? 0;
  const shown = [shownSeed(ENGINE, REQUEST, NAME, index)];
  const repeat = `quorumlab compare ${NAME} --protocol vr,mp --base-seed 0x1 --seeds 4`;
  const runs = shown.flatMap((each) => each.runs.map(({ result: shownRun }) => shownRun));
  return { result, report: { runs, comparison: { result, shown, repeat } } };
}
