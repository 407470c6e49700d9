/** The history as intervals, with what the checker says of it. */
import { useCallback, useMemo } from 'preact/hooks';
import { ABSENT } from '../document.ts';
import { plural } from '../words.ts';
import { CanvasPane } from './canvas-pane.tsx';
import { EvidenceSteps } from './evidence-steps.tsx';
import { drawOperations, operationAt, rowHeight } from './operations-draw.ts';
import { moveToOperation, moveToTime, type TimelineView } from './run-view.ts';
import { ScrollArea } from './scroll-area.tsx';
import type { Surface } from './surface.ts';
import type { Evidence, Timeline } from './timeline.ts';

/** Taller than this the rows are scrolled. */
const HEIGHT_MAX = 400;

export interface OperationsPaneProps {
  readonly view: TimelineView;
  /** Told apart by their titles where there are several on a page. */
  readonly title?: string;
  /** Whether the orders of operations are told step by step. */
  readonly hasSteps?: boolean;
}

export function OperationsPane(props: OperationsPaneProps) {
  const { view, title = 'Operations', hasSteps = true } = props;
  const { model } = view;
  const heading = `${title.toLowerCase().replaceAll(' ', '-')}-heading`;
  const height = model.rows.length * rowHeight(model);
  const draw = useCallback((surface: Surface) => drawOperations(surface, view), [view]);
  const pick = useCallback(
    (time: number, y: number, microsPerPixel: number) => {
      const operation = operationAt(model, time, y, microsPerPixel);
      view.operation.value = operation;
      if (operation === ABSENT) moveToTime(view, time);
      else moveToOperation(view, operation);
    },
    [view],
  );
  if (model.rows.length === 0) return null;
  const steps = hasSteps ? toldEvidence(model) : undefined;
  const open = model.history.filter((entry) => entry.return === null).length;
  const label =
    `Operations of ${plural(model.rows.length, 'client process', 'client processes')} over time: ` +
    `${model.history.length} in all, ${open} never returned. The table below says the same.`;
  return (
    <section class="pane" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        <p class="quiet">
          {plural(model.history.length, 'operation')}
          {open > 0 ? ` · ${open} never returned (dashed)` : ''}
          {model.evidence !== undefined && !hasSteps ? ' · the counterexample is outlined' : ''}
        </p>
      </header>
      <CanvasPane
        view={view}
        label={label}
        contentHeight={height}
        heightMax={HEIGHT_MAX}
        draw={draw}
        onPick={pick}
      />
      {steps === undefined ? null : <EvidenceSteps view={view} evidence={steps} />}
      <OperationTable view={view} />
    </section>
  );
}

/** An order, or a counterexample; there is neither where it is known only at what all fails. */
function toldEvidence({ evidence }: Timeline): Evidence | undefined {
  if (evidence === undefined) return undefined;
  return evidence.operations.length > 0 || evidence.partial.length > 0 ? evidence : undefined;
}

/** Rows in the table of operations, beside those of the counterexample. */
const TABLE_ROWS_MAX = 200;

function OperationTable({ view }: { readonly view: TimelineView }) {
  const { model } = view;
  const rows = useMemo(() => tableRows(model), [model]);
  const left = model.history.length - rows.length;
  return (
    <details>
      <summary>Operations as a table</summary>
      <ScrollArea label="Operations">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col" class="number">
                #
              </th>
              <th scope="col">Client</th>
              <th scope="col">Operation</th>
              <th scope="col" class="number">
                Called
              </th>
              <th scope="col" class="number">
                Returned
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ operation, name }) => {
              const entry = model.history[operation];
              if (entry === undefined) return null;
              return (
                <tr key={operation}>
                  <td class="number">
                    <button
                      type="button"
                      class="link"
                      onClick={() => moveToOperation(view, operation)}
                    >
                      {operation}
                    </button>
                  </td>
                  <td>{name}</td>
                  <td>{model.outcome(operation)}</td>
                  <td class="number">{model.clock.short(entry.call)}</td>
                  <td class="number">
                    {entry.return === null ? 'never' : model.clock.short(entry.return)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollArea>
      {left > 0 ? <p class="quiet">{plural(left, 'operation')} not listed.</p> : null}
    </details>
  );
}

interface TableRow {
  readonly operation: number;
  readonly name: string;
}

/**
 * The counterexample's operations and, up to the limit, those called last before the failure, or
 * the first ones where there is none.
 */
function tableRows(model: Timeline): readonly TableRow[] {
  const all = model.rows.flatMap((row) =>
    row.operations.map((operation) => ({ operation, name: row.name })),
  );
  const call = (row: TableRow) => model.history[row.operation]?.call ?? 0;
  all.sort((a, b) => call(a) - call(b) || a.operation - b.operation);
  const { failureTime } = model;
  const near =
    failureTime === undefined
      ? all.slice(0, TABLE_ROWS_MAX)
      : all.filter((row) => call(row) <= failureTime).slice(-TABLE_ROWS_MAX);
  const listed = new Set(near.map((row) => row.operation));
  return all.filter(
    (row) =>
      listed.has(row.operation) ||
      model.evidence?.members.has(row.operation) === true ||
      all.length <= TABLE_ROWS_MAX,
  );
}
