/**
 * What an HTML report carries, as its writer packs it and its viewer reads it.
 *
 * Each block is JSON, gzipped and in base64, in an inert script element: `INDEX_BLOCK` at once,
 * a run's block when its page is opened. Event logs are columns of integers over a string table.
 */
import type {
  CampaignMetadata,
  CampaignResult,
  FailureGroup,
} from '../scenarios/campaign-types.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { RunResult, Thrown, Verdict } from '../scenarios/spec.ts';
import type { ReportComparison } from './comparison-document.ts';
import type { HistoryHead } from './history-document.ts';

export const REPORT_FORMAT = 'quorumlab-report/1';

/** Ids and MIME type of the script elements. */
export const INDEX_BLOCK = 'quorumlab-index';
export const METADATA_BLOCK = 'quorumlab-metadata';
export const BLOCK_TYPE = 'application/x-quorumlab+gzip+base64';
export const METADATA_TYPE = 'application/json';

export function runBlock(run: number): string {
  return `quorumlab-run-${run}`;
}

export interface ReportIndex {
  readonly format: typeof REPORT_FORMAT;
  /** Folder that the report's commands name for saved failures. */
  readonly outDir: string;
  /** Command that runs the campaign again. */
  readonly repeat?: string;
  readonly campaign?: ReportCampaign;
  readonly comparison?: ReportComparison;
  /** Histories out of files, which are blocks of their own. */
  readonly histories?: readonly HistoryHead[];
  readonly runs: readonly RunHead[];
}

/** A campaign without its example runs, which are blocks of their own, and without metadata. */
export interface ReportCampaign extends Omit<CampaignResult, 'groups' | 'metadata'> {
  readonly groups: readonly ReportGroup[];
}

export interface ReportGroup extends Omit<FailureGroup, 'example' | 'original'> {
  /** Number of the example among the report's runs. */
  readonly run: number;
  /** Of an exception: that of the example. */
  readonly thrown?: Thrown;
}

/** Enough of a run to list it. */
export interface RunHead {
  readonly scenario: string;
  readonly seed: string;
  /** Command that draws and runs it again, or reads it from its file. */
  readonly replay: string;
  readonly verdict: Verdict;
  readonly signature?: string;
  /** The refined one, of a run that is no group's example. */
  readonly refined?: string;
  readonly message?: string;
  readonly events: number;
  /** Of a run that is no group's example: which event decides its failure. */
  readonly explanation?: Explanation;
}

export interface ReportRun {
  readonly run: Omit<RunResult, 'events'>;
  /** Absent when the run was not recorded. */
  readonly log?: PackedEvents;
  /** What rounds are called, by their numbers; absent: by these. */
  readonly roundNames?: { readonly [round: number]: string };
}

export type ReportMetadata = CampaignMetadata;

/** In place of an optional field that is absent. */
export const ABSENT = -1;

/** Columns of the event log; strings are indices into the table, absent fields `ABSENT`. */
export const EVENT_COLUMNS = [
  /** Number of the loop's event, as the difference from the record before. */
  'event',
  /** Micros, as the difference from the record before. */
  'time',
  'kind',
  'node',
  'peer',
  'label',
  /** Micros between sending and this record. */
  'flight',
  'ordinal',
  'fate',
  'operation',
  'fault',
  'detail',
  'summary',
  'round',
  /** 1 when the node leads, 0 when it does not. */
  'leads',
] as const;

export type EventColumn = (typeof EVENT_COLUMNS)[number];

export interface PackedEvents {
  readonly count: number;
  /** Records left out before and after the kept ones. */
  readonly omittedBefore: number;
  readonly omittedAfter: number;
  readonly strings: readonly string[];
  readonly columns: { readonly [column in EventColumn]: readonly number[] };
}
