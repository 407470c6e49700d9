/**
 * JUnit XML: a suite for each scenario of which a seed ran, a case for each failure signature, one
 * for the rest; a suite for the failure that was expected, and one for the corpus.
 */
import { createRequire } from 'node:module';
import type { Builder, TestSuite } from 'junit-report-builder';
import type {
  CampaignResult,
  CorpusAccount,
  Expectation,
  FailureGroup,
  ScenarioTotals,
} from '../scenarios/campaign-types.ts';
import { replayFailureCommand, replayFileCommand, replaySavedCommand } from './commands.ts';
import { sentencesOf } from './explanation.ts';
import { faultSpans, spanInWords } from './faults.ts';
import { thrownLines } from './thrown.ts';
import { expectationInWords, formatCount, plural } from './words.ts';

/** Node loads the package's CommonJS build, while its types describe the other one. */
const builder: Builder = createRequire(import.meta.url)('junit-report-builder');

/** Renders a campaign; `outDir` is the folder that commands name for saved failures. */
export function renderJunit(campaign: CampaignResult, outDir?: string): string {
  const report = builder.newBuilder().name('quorumlab');
  for (const ran of campaign.byScenario) addScenario(report, ran, { campaign, outDir });
  if (campaign.expectation !== undefined) {
    addExpectation(report.testSuite().name('expectation'), campaign.expectation);
  }
  if (campaign.corpus !== undefined) addCorpus(report.testSuite().name('corpus'), campaign.corpus);
  return report.build();
}

interface Context {
  readonly campaign: CampaignResult;
  readonly outDir: string | undefined;
}

function addScenario(report: Builder, ran: ScenarioTotals, { campaign, outDir }: Context): void {
  const { scenario, seeds, passed, failed } = ran;
  const suite = report.testSuite().name(scenario);
  const groups = campaign.groups.filter((group) =>
    group.seeds.some((seed) => seed.scenario === scenario),
  );
  for (const group of groups) {
    const testCase = suite.testCase().className(scenario).name(group.signature);
    const text = explain(group, scenario, campaign, outDir);
    if (isPardoned(group, campaign)) testCase.standardOutput(text);
    else testCase.failure(group.message, failureType(group)).stacktrace(text);
  }
  if (failed > 0 && groups.length === 0) {
    // A group names its earliest seeds: those of this scenario are not among them.
    const why = `${plural(failed, 'seed')} failed in ways that other suites tell`;
    const testCase = suite.testCase().className(scenario).name('failing seeds');
    if (campaign.groups.every((group) => isPardoned(group, campaign))) testCase.standardOutput(why);
    else testCase.failure(why, 'told elsewhere');
  }
  if (seeds === failed) return;
  const rest = suite.testCase().className(scenario).name('every other seed');
  rest.standardOutput(restInWords(ran));
  // A suite in which nothing could be judged must not look as if all had passed.
  if (passed === 0) rest.skipped();
}

/** Where the failure that was expected is found, none but our own fails the campaign. */
function isPardoned(group: FailureGroup, { expectation }: CampaignResult): boolean {
  return expectation?.isFound === true && group.oracle !== 'internal-error';
}

function addExpectation(suite: TestSuite, expectation: Expectation): void {
  const name = expectation.signature === '' ? 'a failure' : expectation.signature;
  const testCase = suite.testCase().className('expectation').name(name);
  const text = expectationInWords(expectation);
  if (expectation.isFound) testCase.standardOutput(text);
  else testCase.failure(text, 'not found');
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
    ...thrownLines({ ...example.failures[0], message: group.message }),
    `in ${plural(count, 'seed')}`,
    `faults before it: ${faults.map(spanInWords).join(' · ') || 'none'}`,
    ...(explanation === undefined ? [] : sentencesOf(explanation)),
    ...(savedAs === undefined ? [] : [replaySavedCommand(savedAs, outDir)]),
    ...seeds
      .filter((seed) => seed.scenario === scenario)
      .map((seed) => replayFailureCommand(group, seed, campaign)),
  ].join('\n');
}

function restInWords({ seeds, passed, failed, inconclusive }: ScenarioTotals): string {
  return (
    `${formatCount(passed)} of ${plural(seeds, 'seed')} passed, ` +
    `${formatCount(failed)} failed, ${formatCount(inconclusive)} inconclusive`
  );
}
