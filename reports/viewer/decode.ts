/** Reads the report's data blocks out of the page. */
import {
  INDEX_BLOCK,
  METADATA_BLOCK,
  REPORT_FORMAT,
  type ReportIndex,
  type ReportMetadata,
  type ReportRun,
  runBlock,
} from '../document.ts';
import { historyBlock, type ReportHistory } from '../history-document.ts';

export async function readIndex(): Promise<ReportIndex> {
  // Parse boundary: the block was written by the same package version as this viewer.
  const index = (await readBlock(INDEX_BLOCK)) as ReportIndex;
  if (index.format !== REPORT_FORMAT) throw new Error(`unknown report format ${index.format}`);
  return index;
}

export async function readRun(run: number): Promise<ReportRun> {
  return (await readBlock(runBlock(run))) as ReportRun;
}

export async function readHistory(history: number): Promise<ReportHistory> {
  return (await readBlock(historyBlock(history))) as ReportHistory;
}

export function readMetadata(): ReportMetadata | undefined {
  const element = document.getElementById(METADATA_BLOCK);
  if (element === null) return undefined;
  return JSON.parse(element.textContent ?? 'null') as ReportMetadata;
}

async function readBlock(id: string): Promise<unknown> {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the report has no block ${id}: is the file whole?`);
  const binary = atob(element.textContent ?? '');
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(unzipped).json();
}
