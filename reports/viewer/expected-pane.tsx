/** What the scenario expects of the run's outcome, and whether it came to that. */
import { type ExpectedRow, expectedRows } from '../expected.ts';
import { formatCount } from '../words.ts';
import type { RunModel } from './run-model.ts';

export function ExpectedPane({ model }: { readonly model: RunModel }) {
  const rows = expectedRows(model.run);
  if (rows.length === 0) return null;
  return (
    <details class="pane expected" open>
      <summary>
        <h2>Expected outcome</h2> <span class="quiet">{summaryOf(rows)}</span>
      </summary>
      <div class="scroll-x">
        <table class="plain" aria-label="What is expected of the run">
          <thead>
            <tr>
              <th scope="col">What returns, or is reached</th>
              <th scope="col">Expected</th>
              <th scope="col" class="number">
                Counted
              </th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ what, expected, counted, held }, place) => (
              <tr key={`${what}-${place}`} class={held === 'not held' ? 'fail' : ''}>
                <td>{what}</td>
                <td>{expected}</td>
                <td class="number">{formatCount(counted)}</td>
                <td>{signOf(held)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function summaryOf(rows: readonly ExpectedRow[]): string {
  const held = rows.filter((row) => row.held === 'held').length;
  return `${held} of ${rows.length} held`;
}

/** A shape for each, besides its colour. */
function signOf(held: ExpectedRow['held']): string {
  switch (held) {
    case 'held':
      return '✓ held';
    case 'not held':
      return '✕ not held';
    case 'not judged':
      return '– not judged';
    default:
      return held satisfies never;
  }
}
