/** A run or a campaign as text for a terminal. Returns strings; whoever calls prints them. */
import { Chalk, type ChalkInstance } from 'chalk';
import type { CampaignResult, CorpusComplaint, FailureGroup } from '../scenarios/campaign-types.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { Failure, RunResult, Verdict } from '../scenarios/spec.ts';
import {
  OUT_DIR,
  repeatCommand,
  replayFileCommand,
  replayOriginalCommand,
  replayRunCommand,
  replaySavedCommand,
} from './commands.ts';
import { landmarkLines, overdueLines } from './course.ts';
import { explanationLines } from './explanation.ts';
import { faultSpans, spanInWords } from './faults.ts';
import { operationsInWords } from './operation-counts.ts';
import { shrunkInWords } from './shrunk.ts';
import { thrownLines } from './thrown.ts';
import { unjudgedInWords } from './unjudged.ts';
import { unmetOverrideLines } from './unmet-overrides.ts';
import { unstruckLines } from './unstruck.ts';
import {
  corpusInWords,
  formatCompact,
  formatCount,
  formatElapsed,
  formatTime,
  oracleName,
  outcomeInWords,
  plural,
} from './words.ts';

export interface TerminalOptions {
  /** Off unless asked for: the caller knows whether it writes to a terminal. */
  readonly colour?: boolean;
  /** Where the HTML report was written, if it was. */
  readonly reportPath?: string;
  /** Folder of saved failures; `quorumlab-out` when absent. */
  readonly outDir?: string;
  /** Of a run: the refined signature of its first failure, where it has one. */
  readonly refined?: string;
  /** Of a run: which event decides its failure. */
  readonly explanation?: Explanation;
  /** Graphs of block characters; ASCII is for whatever does not show them. */
  readonly blocks?: boolean;
  /** Replaces the command that repeats a run or a campaign, where its options matter. */
  readonly repeat?: string;
}

/** Characters of a list on one line; what does not fit is counted. */
const LIST_LENGTH_MAX = 100;
const INDENT = '  ';
const OWED_NOTHING = 'no progress was owed when faults stopped';

/** The verdict on one run: several lines, the last without a line break. */
export function formatRun(run: RunResult, options: TerminalOptions = {}): string {
  const ink = inkOf(options);
  const failure = run.failures[0];
  if (failure !== undefined) return failureBlock(run, failure, { options, ink }).join('\n');
  const { scenario, seed } = run.spec;
  const lines = [`${badge(ink, run.verdict)}  ${ink.bold(`${scenario}@${seed}`)}  ${counts(run)}`];
  for (const reason of run.inconclusive) lines.push(`${INDENT}${reason}`);
  lines.push(...owedNothingLines(run));
  const marks = firstCounts(rarest(run.marks));
  const faults = faultSpans(run).map(spanInWords);
  if (faults.length > 0) lines.push(`${INDENT}${ink.dim('faults:')} ${lastFew(faults)}`);
  lines.push(...silentLines(run), ...windowLines(run, ink));
  if (marks !== '') lines.push(`${INDENT}${ink.dim('reached:')} ${marks}`);
  lines.push(field(ink, 'replay', options.repeat ?? replayRunCommand(run)));
  if (options.reportPath !== undefined) lines.push(field(ink, 'report', options.reportPath));
  return lines.join('\n');
}

function owedNothingLines({ ended }: RunResult): readonly string[] {
  if (ended.isOwedNothing !== true) return [];
  const why = ended.whyOwedNothing === undefined ? '' : `: ${ended.whyOwedNothing}`;
  return [`${INDENT}${OWED_NOTHING}${why}`];
}

/** The verdict on a campaign and each of its failure groups; the last line without a break. */
export function formatCampaign(campaign: CampaignResult, options: TerminalOptions = {}): string {
  const ink = inkOf(options);
  const { totals, metadata, verdict } = campaign;
  const facts = [
    `${formatCount(totals.seeds)} ${totals.seeds === 1 ? 'seed' : 'seeds'}`,
    `${formatCompact(totals.events)} events`,
    `${formatCount(totals.failed)} failing`,
    `${formatCount(totals.inconclusive)} unknown`,
  ];
  const elapsed = metadata === undefined ? '' : `  (${formatElapsed(metadata.elapsedMs)})`;
  const cut = campaign.interrupted ? `  ${ink.yellow('interrupted')}` : '';
  const lines = [`${badge(ink, verdict)}  ${facts.join(' · ')}${elapsed}${cut}`];
  const faults = firstCounts(rarest(campaign.faults).reverse());
  if (faults !== '') lines.push(`${INDENT}${ink.dim('faults:')} ${faults}`);
  const reached = firstCounts(rarest(campaign.marks));
  if (reached !== '') lines.push(`${INDENT}${ink.dim('reached:')} ${reached}`);
  const unreached = Object.keys(campaign.marks).filter((mark) => campaign.marks[mark] === 0);
  if (unreached.length > 0) {
    lines.push(
      `${INDENT}${ink.yellow('never reached:')} ${firstFew(unreached.sort(byText), ', ')}`,
    );
  }
  if (campaign.corpus !== undefined && campaign.corpus.entries > 0) {
    lines.push(`${INDENT}${ink.dim('corpus:')} ${corpusInWords(campaign.corpus)}`);
  }
  lines.push(`${INDENT}${ink.dim('repeat:')} ${options.repeat ?? repeatCommand(campaign)}`);
  for (const complaint of campaign.corpus?.others ?? []) {
    lines.push('', ...complaintBlock(complaint, ink));
  }
  for (const group of campaign.groups) {
    const replay = replayOriginalCommand(group, group.example, campaign, options.outDir);
    const elapsedMs = metadata?.shrinkMs?.[group.signature];
    const shrunk = shrunkLines(group, ink, elapsedMs);
    lines.push('', ...groupBlock(group, { options: { ...options, repeat: replay }, ink, shrunk }));
  }
  return lines.join('\n');
}

/** A saved failure that does not show what it was kept for. */
function complaintBlock(complaint: CorpusComplaint, ink: ChalkInstance): readonly string[] {
  const { file, outcome, why } = complaint;
  const isOutdated = outcome === 'stale' || outcome === 'edited';
  const word = isOutdated ? ink.yellow.bold('STALE') : badge(ink, verdictFor(outcome));
  return [
    `${word}  ${ink.bold(file)}  ${outcomeInWords(outcome)}`,
    `${INDENT}${why}`,
    ...(outcome === 'unreadable' ? [] : [field(ink, 'replay', replayFileCommand(file))]),
  ];
}

function verdictFor(outcome: CorpusComplaint['outcome']): Verdict {
  return outcome === 'inconclusive' ? 'inconclusive' : 'failed';
}

interface Style {
  readonly options: TerminalOptions;
  readonly ink: ChalkInstance;
  /** What shrinking came to, if it was tried. */
  readonly shrunk?: readonly string[];
}

function shrunkLines(
  { shrunk, notShrunk }: FailureGroup,
  ink: ChalkInstance,
  elapsedMs: number | undefined,
): readonly string[] {
  if (notShrunk !== undefined) return [`${INDENT}${ink.dim('not shrunk:')} ${notShrunk}`];
  if (shrunk === undefined) return [];
  return [`${INDENT}${ink.dim('shrunk')} ${shrunkInWords(shrunk, elapsedMs)}`];
}

function groupBlock(group: FailureGroup, { options, ink, shrunk = [] }: Style): readonly string[] {
  const path = options.reportPath;
  const page = path === undefined ? {} : { reportPath: `${path}#/f/${group.signature}` };
  const shown = { ...group.example.failures[0], ...pickFailure(group) };
  const failure: Failure = { at: group.example.ended.at, event: 0, ...shown };
  const { explanation } = group;
  const explained = explanation === undefined ? {} : { explanation };
  const style = { options: { ...options, ...page, ...explained }, ink, shrunk };
  return failureBlock(group.example, failure, style, group);
}

/** The group's words for its example's first failure, which they were taken from. */
function pickFailure(group: FailureGroup): Pick<Failure, 'oracle' | 'signature' | 'message'> {
  return { oracle: group.oracle, signature: group.signature, message: group.message };
}

function failureBlock(
  run: RunResult,
  failure: Failure,
  { options, ink, shrunk = [] }: Style,
  group?: FailureGroup,
): readonly string[] {
  const { scenario, seed } = run.spec;
  const key = failure.evidence?.key;
  const what = [
    oracleName(failure),
    ...(key === undefined ? [] : [`key ${JSON.stringify(key)}`]),
  ].join('  ');
  const signature = options.refined ?? failure.signature;
  const provisional = options.refined === undefined ? group?.provisional : failure.signature;
  const family = provisional === undefined ? '' : ` (${provisional})`;
  const many = group === undefined ? '' : `  ${plainSeeds(group.count)}`;
  const varied = group?.seeds[0]?.isVaried === true ? ` ${ink.dim('varied')}` : '';
  const lines = [
    `${badge(ink, 'failed')}  ${ink.bold(`${scenario}@${seed}`)}${varied}  ${what}  ` +
      `sig ${ink.bold(signature)}${family}${many}`,
    `${INDENT}${failure.message}`,
    ...thrownLines(failure).map((line) => INDENT + INDENT + line),
  ];
  const before = faultSpans(run).filter((span) => span.from <= failure.at);
  const faults = before.length === 0 ? 'none' : lastFew(before.map(spanInWords));
  lines.push(`${INDENT}${ink.dim('faults before it:')} ${faults}`);
  // Of a group's example, the saved failure tells that.
  if (group === undefined) lines.push(...silentLines(run), ...windowLines(run, ink));
  const isLast = failure.event === run.counts.events;
  const goneOn = isLast ? '' : ` ${ink.dim('of')} ${formatCount(run.counts.events)}`;
  lines.push(
    `${INDENT}${ink.dim('seen at')} ${formatTime(failure.at)}${ink.dim(', after')} ` +
      `${plural(failure.event, 'event')}${goneOn}`,
  );
  lines.push(...courseLines(run, failure, ink));
  for (const other of run.failures.slice(1)) {
    if (other.signature !== run.failures[0]?.signature) {
      lines.push(`${INDENT}${ink.dim('also')} ${other.signature} ${other.message}`);
    }
  }
  lines.push(...shrunk);
  if (options.explanation !== undefined) {
    const style = { blocks: options.blocks === true };
    lines.push(...explanationLines(options.explanation, style).map((line) => INDENT + line));
  }
  const bySeed = options.repeat ?? replayRunCommand(run);
  if (group?.savedAs === undefined) {
    lines.push(field(ink, 'replay', bySeed));
  } else {
    lines.push(field(ink, 'replay', replaySavedCommand(group.savedAs, options.outDir ?? OUT_DIR)));
    lines.push(field(ink, 'original', bySeed));
  }
  if (options.reportPath !== undefined) lines.push(field(ink, 'report', options.reportPath));
  return lines;
}

/** Who led or was a member when, and of progress that did not come, what was waited for. */
function courseLines(run: RunResult, failure: Failure, ink: ChalkInstance): readonly string[] {
  const landmarks = landmarkLines(run, failure.event).map((line) => INDENT + INDENT + line);
  return [
    ...overdueLines(run).map((line) => INDENT + line),
    ...(landmarks.length === 0 ? [] : [`${INDENT}${ink.dim('landmarks:')}`, ...landmarks]),
  ];
}

/** What the spec asks for and the run had no use for, and what was not judged. */
function silentLines(run: RunResult): readonly string[] {
  const unjudged = unjudgedInWords(run.spec) ?? [];
  return [...unstruckLines(run), ...unmetOverrideLines(run)]
    .concat(unjudged)
    .map((line) => INDENT + line);
}

/** What the scenario has counted, whether or not it turned out as expected. */
function windowLines({ windows = [] }: RunResult, ink: ChalkInstance): readonly string[] {
  return windows.map(
    ({ what, expected, returned }) =>
      `${INDENT}${ink.dim('returned:')} ${formatCount(returned)} (expected ${expected})  ${what}`,
  );
}

function inkOf(options: TerminalOptions): ChalkInstance {
  return new Chalk({ level: options.colour === true ? 1 : 0 });
}

function badge(ink: ChalkInstance, verdict: Verdict): string {
  switch (verdict) {
    case 'passed':
      return ink.green.bold('PASS');
    case 'failed':
      return ink.red.bold('FAIL');
    case 'inconclusive':
      return ink.yellow.bold('UNKNOWN');
    default:
      return verdict satisfies never;
  }
}

function counts(run: RunResult): string {
  const { events, delivered } = run.counts;
  const facts = [
    plural(events, 'event'),
    plural(delivered, 'message'),
    operationsInWords(run),
    `${formatTime(run.ended.at)} of virtual time`,
  ];
  return facts.join(' · ');
}

/** Name and value in columns, so that commands stand below each other. */
function field(ink: ChalkInstance, name: string, value: string): string {
  return `${INDENT}${ink.dim(name.padEnd(8))} ${value}`;
}

/** Those nearest to the failure, which come last. */
function lastFew(faults: readonly string[]): string {
  const shown = fitting([...faults].reverse(), ' · ').reverse();
  const earlier = faults.length - shown.length;
  return `${earlier > 0 ? `${earlier} earlier · ` : ''}${shown.join(' · ')}`;
}

/** As many of the first as a line holds, and at least one. */
function fitting(texts: readonly string[], separator: string): string[] {
  let length = 0;
  const tooMany = texts.findIndex((text, at) => {
    length += text.length + separator.length;
    return at > 0 && length > LIST_LENGTH_MAX;
  });
  return texts.slice(0, tooMany < 0 ? texts.length : tooMany);
}

type Count = readonly [name: string, count: number];

/** What happened at all, the rarest first: that tells most of a run, and of a campaign's reach. */
function rarest(counts: { readonly [name: string]: number }): Count[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([name, count], [other, otherCount]) => count - otherCount || byText(name, other));
}

/** `crash 9.1k  partition 4.4k  and 3 more`. */
function firstCounts(counts: readonly Count[]): string {
  return firstFew(
    counts.map(([name, count]) => `${name} ${formatCompact(count)}`),
    '  ',
  );
}

function firstFew(texts: readonly string[], separator: string): string {
  const shown = fitting(texts, separator);
  const more = texts.length - shown.length;
  return `${shown.join(separator)}${more > 0 ? `${separator}and ${more} more` : ''}`;
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function plainSeeds(count: number): string {
  return `in ${formatCount(count)} ${count === 1 ? 'seed' : 'seeds'}`;
}
