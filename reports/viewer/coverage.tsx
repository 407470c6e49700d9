/** What the campaign's seeds met: faults that fired, marks that protocols reached. */
import type { ReportCampaign } from '../document.ts';
import { formatCount } from '../words.ts';

export function Coverage({ campaign }: { readonly campaign: ReportCampaign }) {
  return (
    <div class="columns">
      <CountTable heading="Faults" column="Kind" counts={campaign.faults} missing="never fired" />
      <CountTable heading="Marks" column="Mark" counts={campaign.marks} missing="never reached" />
    </div>
  );
}

interface CountTableProps {
  readonly heading: string;
  readonly column: string;
  readonly counts: { readonly [name: string]: number };
  /** What a count of zero means. */
  readonly missing: string;
}

/**
 * The rarest first, which tell most, and below them, folded, what never came; a bar is as long as
 * the count's share of the largest, by their logarithms.
 */
function CountTable({ heading, column, counts, missing }: CountTableProps) {
  const countOf = (name: string) => counts[name] ?? 0;
  const all = Object.keys(counts).sort((a, b) => countOf(a) - countOf(b) || (a < b ? -1 : 1));
  const names = all.filter((name) => countOf(name) > 0);
  const never = all.filter((name) => countOf(name) === 0);
  const most = Math.max(1, ...names.map(countOf));
  if (all.length === 0) return null;
  return (
    <section class="pane" aria-label={heading}>
      <h2>{heading}</h2>
      {names.length === 0 ? null : (
        <table class="plain counts">
          <thead>
            <tr>
              <th scope="col">{column}</th>
              <th scope="col" class="number">
                Times
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {names.map((name) => {
              const count = countOf(name);
              const share = Math.log(count + 1) / Math.log(most + 1);
              return (
                <tr key={name}>
                  <td>{name}</td>
                  <td class="number">{formatCount(count)}</td>
                  <td>
                    <span class="bar" style={{ width: `${Math.round(share * 100)}%` }} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {never.length === 0 ? null : (
        <details class="missing">
          <summary>
            {formatCount(never.length)} {missing}
          </summary>
          <p>{never.join(', ')}</p>
        </details>
      )}
    </section>
  );
}
