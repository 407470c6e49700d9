/** The HTML report about histories out of files: its data, and what is there without scripts. */
import { OUT_DIR } from './commands.ts';
import { INDEX_BLOCK, REPORT_FORMAT, type ReportIndex } from './document.ts';
import { escapeHtml } from './escape-html.ts';
import { type HistoryHead, historyBlock, type ReportHistory } from './history-document.ts';
import { factsOf, verdictInWords } from './history-words.ts';
import { gzipBlock, pageOf } from './html.ts';
import { SCRIPTS_NEEDED } from './static-summary.ts';
import { plural } from './words.ts';

/** One self-contained HTML document. Throws when the viewer has not been built. */
export function renderHistories(
  heads: readonly HistoryHead[],
  histories: readonly ReportHistory[],
): string {
  const index: ReportIndex = { format: REPORT_FORMAT, outDir: OUT_DIR, runs: [], histories: heads };
  const blocks = [
    gzipBlock(INDEX_BLOCK, index),
    ...histories.map((history, number) => gzipBlock(historyBlock(number), history)),
  ];
  return pageOf(titleOf(heads), summaryOf(heads), blocks);
}

function titleOf(heads: readonly HistoryHead[]): string {
  const [head, ...others] = heads;
  if (head === undefined || others.length > 0) {
    return `${plural(heads.length, 'history', 'histories')} · quorumlab`;
  }
  return `${verdictInWords(head.verdict)} · ${head.name} · quorumlab`;
}

function summaryOf(heads: readonly HistoryHead[]): string {
  const rows = heads.map((head) => {
    const cells = [verdictInWords(head.verdict), factsOf(head), head.sentence ?? ''];
    const rest = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
    return `<tr><th scope="row">${escapeHtml(head.name)}</th>${rest}</tr>`;
  });
  return [
    '<main class="page static"><h1>Recorded histories</h1>',
    '<table><thead><tr><th scope="col">File</th><th scope="col">Verdict</th>',
    `<th scope="col">Judged</th><th scope="col">Why</th></tr></thead><tbody>${rows.join('')}`,
    `</tbody></table>${SCRIPTS_NEEDED}</main>`,
  ].join('');
}
