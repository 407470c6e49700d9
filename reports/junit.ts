/**
 * JUnit XML: a suite for each scenario, a case for each failure signature, one for the rest; and a
 * suite for the corpus.
 */
import { createRequire } from 'node:module';
import type { Builder, TestSuite } from 'junit-report-builder';
import type { CampaignResult, CorpusAccount, FailureGroup } from '../scenarios/campaign-types.ts';
import { replayFailureCommand, replayFileCommand, replaySavedCommand } from './commands.ts';
import { sentencesOf } from './explanation.ts';
import { faultSpans, spanInWords } from './faults.ts';
import { formatCount, plural } from './words.ts';

/** Node loads the package's CommonJS build, while its types describe the other one. */
const builder: Builder = createRequire(import.meta.url)('junit-report-builder');

/** Renders a campaign; `outDir` is the folder that commands name for saved failures. */
export function renderJunit(campaign: CampaignResult, outDir?: string): string {
  const report = builder.newBuilder().name('quorumlab');
  for (const scenario of campaign.scenarios) {
    const suite = report.testSuite().name(scenario);
    for (const group of campaign.groups) {
      if (!group.seeds.some((seed) => seed.scenario === scenario)) continue;
      suite
        .testCase()
        .className(scenario)
        .name(group.signature)
        .failure(group.message, failureType(group))
        .stacktrace(explain(group, scenario, campaign, outDir));
    }
    const rest = suite.testCase().className(scenario).name('every other seed');
    rest.standardOutput(restInWords(campaign));
    // A suite in which nothing could be judged must not look as if all had passed.
    if (campaign.totals.passed === 0) rest.skipped();
  }
  if (campaign.corpus !== undefined) addCorpus(report.testSuite().name('corpus'), campaign.corpus);
  return report.build();
}

/** A case for each saved failure that is not as expected, one for all that are. */
function addCorpus(suite: TestSuite, { entries, asExpected, others }: CorpusAccount): void {
  for (const { file, outcome, why } of others) {
    const testCase = suite.testCase().className('corpus').name(file);
    if (outcome === 'inconclusive') testCase.standardOutput(why).skipped();
    else testCase.failure(why, outcome).stacktrace(`${why}\n${replayFileCommand(file)}`);
  }
  const rest = suite.testCase().className('corpus').name('every other saved failure');
  rest.standardOutput(`${asExpected} of ${plural(entries, 'saved failure')} as expected`);
  if (asExpected === 0) rest.skipped();
}

function failureType(group: FailureGroup): string {
  return group.invariant === undefined ? group.oracle : `${group.oracle}.${group.invariant}`;
}

function explain(
  group: FailureGroup,
  scenario: string,
  campaign: CampaignResult,
  outDir: string | undefined,
): string {
  const { example, explanation, seeds, savedAs, count } = group;
  const failedAt = example.failures[0]?.at ?? example.ended.at;
  const faults = faultSpans(example).filter((span) => span.from <= failedAt);
  return [
    group.message,
    `in ${plural(count, 'seed')}`,
    `faults before it: ${faults.map(spanInWords).join(' · ') || 'none'}`,
    ...(explanation === undefined ? [] : sentencesOf(explanation)),
    ...(savedAs === undefined ? [] : [replaySavedCommand(savedAs, outDir)]),
    ...seeds
      .filter((seed) => seed.scenario === scenario)
      .map((seed) => replayFailureCommand(group, seed, campaign)),
  ].join('\n');
}

/** Totals are the campaign's: they are not counted by scenario. */
function restInWords(campaign: CampaignResult): string {
  const { totals, scenarios } = campaign;
  const where = scenarios.length > 1 ? ` over ${plural(scenarios.length, 'scenario')}` : '';
  return (
    `${formatCount(totals.passed)} of ${plural(totals.seeds, 'seed')} passed${where}, ` +
    `${formatCount(totals.failed)} failed, ${formatCount(totals.inconclusive)} inconclusive`
  );
}
