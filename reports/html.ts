/**
 * The HTML report: one file that holds its data, its viewer and its style, opens from disk and
 * asks the network for nothing. The same campaign gives the same bytes: whatever differs between
 * two runs of it stands in the metadata block alone.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { CampaignMetadata, CampaignResult } from '../scenarios/campaign-types.ts';
import type { ComparisonResult, ShownSeed } from '../scenarios/compare/compared.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { RunResult } from '../scenarios/spec.ts';
import type { NumberName, NumberNames } from '../sim/number-names.ts';
import type { EventRecord } from '../sim/record.ts';
import { OUT_DIR, repeatCommand, replayOriginalCommand, replayRunCommand } from './commands.ts';
import { reportSeed } from './comparison-document.ts';
import {
  BLOCK_TYPE,
  INDEX_BLOCK,
  METADATA_BLOCK,
  METADATA_TYPE,
  REPORT_FORMAT,
  type ReportCampaign,
  type ReportIndex,
  type ReportRun,
  type RunHead,
  runBlock,
} from './document.ts';
import { escapeHtml } from './escape-html.ts';
import type { ReportHistory } from './history-document.ts';
import { namedRecord } from './named-numbers.ts';
import { EVENT_LIMIT, packEvents } from './pack.ts';
import { reportTitle, staticSummary } from './static-summary.ts';

export interface ReportInput {
  readonly campaign?: CampaignResult;
  readonly comparison?: ComparisonInput;
  /** Further runs, after the examples of the campaign's groups. */
  readonly runs: readonly RunResult[];
  /** Shown in the report's footer; the campaign's own when absent. */
  readonly metadata?: CampaignMetadata;
  /** Folder that commands name for saved failures; `quorumlab-out` when absent. */
  readonly outDir?: string;
  /** Command that runs the campaign again; one that names all its scenarios when absent. */
  readonly repeat?: string;
  /** Command that brings one of `runs` back; its scenario and seed when absent. */
  readonly replay?: (run: RunResult) => string;
  /** Which event decides the failure of one of `runs`. */
  readonly explanation?: (run: RunResult) => Explanation | undefined;
  /** The refined signature of the first failure of one of `runs`. */
  readonly refined?: (run: RunResult) => string | undefined;
  /** How the numbers of a run's protocol are read. */
  readonly numberNames?: (run: RunResult) => NumberNames | undefined;
  /** Largest number of event records kept of one run. */
  readonly eventLimit?: number;
}

/** A comparison, whose shown runs are among `runs` of the input. */
export interface ComparisonInput {
  readonly result: ComparisonResult;
  readonly shown: readonly ShownSeed[];
  /** Command that makes it again. */
  readonly repeat: string;
}

/** Renders one self-contained HTML document. Throws when the viewer has not been built. */
export function renderReport(input: ReportInput): string {
  const { index, runs } = assemble(input);
  const metadata = input.metadata ?? input.campaign?.metadata;
  const limit = input.eventLimit ?? EVENT_LIMIT;
  const blocks = [
    gzipBlock(INDEX_BLOCK, index),
    ...runs.map((run, number) => gzipBlock(runBlock(number), packRun(run, input, limit))),
  ];
  if (metadata !== undefined) blocks.push(jsonBlock(METADATA_BLOCK, metadata));
  return pageOf(reportTitle(index), staticSummary(index, runs), blocks);
}

/** The viewer with its data in `blocks`; `summary` is HTML, and all there is without scripts. */
export function pageOf(title: string, summary: string, blocks: readonly string[]): string {
  const script = readAsset('viewer.js');
  const style = readAsset('viewer.css');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script, style)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<div id="app">${summary}</div>`,
    ...blocks,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Numbers the runs: the groups' examples first, then the others, none twice. */
function assemble(input: ReportInput): { index: ReportIndex; runs: readonly RunResult[] } {
  const runs: RunResult[] = [];
  const replays: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (run: RunResult, replay: string): number => {
    const identity = JSON.stringify([run.spec.scenario, run.spec.seed, run.traceHash]);
    const known = numbers.get(identity);
    if (known === undefined) {
      numbers.set(identity, runs.length);
      replays.push(replay);
      return runs.push(run) - 1;
    }
    // Of two copies of one run the recorded one says more.
    if (runs[known]?.events === undefined) runs[known] = run;
    return known;
  };
  let campaign: ReportCampaign | undefined;
  if (input.campaign !== undefined) {
    const { metadata: _metadata, groups, ...rest } = input.campaign;
    const packed = groups.map(({ example, original: _original, ...group }) => {
      const replay = replayOriginalCommand(group, example, rest, input.outDir);
      const thrown = example.failures[0]?.thrown;
      const told = thrown === undefined ? {} : { thrown };
      return { ...group, ...told, run: numberOf(example, replay) };
    });
    campaign = { ...rest, groups: packed };
  }
  const replayOf = input.replay ?? replayRunCommand;
  for (const run of input.runs) numberOf(run, replayOf(run));
  const { comparison } = input;
  const index: ReportIndex = {
    format: REPORT_FORMAT,
    outDir: input.outDir ?? OUT_DIR,
    ...(campaign === undefined
      ? {}
      : { campaign, repeat: input.repeat ?? repeatCommand(campaign) }),
    ...(comparison === undefined
      ? {}
      : {
          comparison: {
            result: comparison.result,
            repeat: comparison.repeat,
            shown: comparison.shown.map((seed) =>
              reportSeed(seed, {
                numberOf: (run) => numberOf(run, replayOf(run)),
                roundName: (run) => input.numberNames?.(run)?.round ?? String,
              }),
            ),
          },
        }),
    runs: runs.map((run, number) => {
      const explanation = input.explanation?.(run);
      const refined = input.refined?.(run);
      return {
        ...headOf(run, replays[number] ?? ''),
        ...(explanation === undefined ? {} : { explanation }),
        ...(refined === undefined ? {} : { refined }),
      };
    }),
  };
  return { index, runs };
}

function headOf(run: RunResult, replay: string): RunHead {
  const failure = run.failures[0];
  const { scenario, seed } = run.spec;
  return {
    scenario,
    seed,
    replay,
    verdict: run.verdict,
    ...(failure === undefined ? {} : { signature: failure.signature, message: failure.message }),
    events: run.counts.events,
  };
}

function packRun(result: RunResult, { numberNames }: ReportInput, limit: number): ReportRun {
  const { events, ...run } = result;
  if (events === undefined) return { run };
  const names = numberNames?.(result);
  const shown = events.map((record) => namedRecord(record, names));
  return {
    run,
    log: packEvents(shown, run.failures[0]?.event, limit),
    ...(names?.round === undefined ? {} : { roundNames: roundNames(events, names.round) }),
  };
}

/** Of each round that is in the log, by its number. */
function roundNames(
  events: readonly EventRecord[],
  name: NumberName,
): { readonly [round: number]: string } {
  const rounds = new Set(events.flatMap(({ round }) => round ?? []));
  return Object.fromEntries([...rounds].map((round) => [round, name(round)]));
}

/** Position of the operating system's number in a gzip header, and its value for "unknown". */
const GZIP_SYSTEM_BYTE = 9;
const GZIP_SYSTEM_UNKNOWN = 255;
const GZIP_LEVEL = 6;

/** A block of data, as the viewer reads it. */
export function gzipBlock(id: string, value: ReportIndex | ReportRun | ReportHistory): string {
  const bytes = gzipSync(JSON.stringify(value), { level: GZIP_LEVEL });
  bytes[GZIP_SYSTEM_BYTE] = GZIP_SYSTEM_UNKNOWN;
  return `<script type="${BLOCK_TYPE}" id="${id}">${bytes.toString('base64')}</script>`;
}

function jsonBlock(id: string, value: CampaignMetadata): string {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return `<script type="${METADATA_TYPE}" id="${id}">${json}</script>`;
}

/** Nothing may load but this very script and style, named by their hashes. */
function contentPolicy(script: string, style: string): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The built viewer: beside this module in `dist`, or in `dist` when this runs from source. */
function readAsset(name: string): string {
  const places = [`./${name}`, `../dist/reports/${name}`];
  for (const place of places) {
    const url = new URL(place, import.meta.url);
    if (existsSync(url)) return readFileSync(url, 'utf8');
  }
  throw new Error(`the report viewer (${name}) has not been built: run "npm run build"`);
}
