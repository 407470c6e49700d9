/** The longest partial linearizations step by step, with the state after each, and their end. */
import { formatTimeExact, plural } from '../words.ts';
import { linearizationPoints } from './operations-draw.ts';
import { type Evidence, outcomeText } from './run-model.ts';
import { moveToOperation, type RunView } from './run-view.ts';

export function EvidenceSteps(props: { readonly view: RunView; readonly evidence: Evidence }) {
  const { view, evidence } = props;
  const { run, rows } = view.model;
  const partial = view.partial.value;
  const count = evidence.partial.length;
  const states = evidence.partial[partial]?.states ?? [];
  const clientOf = (operation: number) =>
    rows.find((row) => row.operations.includes(operation))?.name ?? '';
  return (
    <div class="evidence">
      <header>
        <h3>
          {evidence.key === undefined ? '' : `Key ${JSON.stringify(evidence.key)}: `}
          longest partial linearization{count > 1 ? ` ${partial + 1} of ${count}` : ''}
        </h3>
        {count > 1 ? (
          <button type="button" onClick={() => (view.partial.value = (partial + 1) % count)}>
            Next one
          </button>
        ) : null}
        <p class="quiet">
          {plural(evidence.operations.length, 'operation')}{' '}
          {evidence.operations.length === 1 ? 'suffices' : 'suffice'} to show it (outlined)
          {evidence.key === undefined ? '' : '; other keys are faded'}.
        </p>
      </header>
      <div class="scroll-x">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col" class="number">
                Step
              </th>
              <th scope="col">Client</th>
              <th scope="col">Operation</th>
              <th scope="col">Called – returned</th>
              <th scope="col">State after it</th>
            </tr>
          </thead>
          <tbody>
            {linearizationPoints(run, evidence, partial).map((point, index) => {
              const entry = run.history[point.operation];
              if (entry === undefined) return null;
              const end = entry.return === null ? 'never' : formatTimeExact(entry.return);
              return (
                <tr key={point.operation} class={point.isIllegal ? 'fail' : ''}>
                  <td class="number">{point.isIllegal ? '✕' : point.step}</td>
                  <td>{clientOf(point.operation)}</td>
                  <td>
                    <button
                      type="button"
                      class="link"
                      onClick={() => moveToOperation(view, point.operation)}
                    >
                      {outcomeText(entry)}
                    </button>
                  </td>
                  <td>{`${formatTimeExact(entry.call)} – ${end}`}</td>
                  <td>
                    {point.isIllegal ? 'impossible: cannot come next' : (states[index] ?? '')}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}
