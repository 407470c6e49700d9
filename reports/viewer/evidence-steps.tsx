/**
 * An order of operations step by step, with the state after each: the one that explains a history,
 * or the longest that explain a part of one that none explains, and their end.
 */
import { formatCount, plural } from '../words.ts';
import { moveToOperation, type TimelineView } from './run-view.ts';
import { ScrollArea } from './scroll-area.tsx';
import type { Evidence, LinearizationPoint, Timeline } from './timeline.ts';

/** Of a longer order, the steps about the cursor are listed. */
const STEPS_MAX = 40;

interface StepsProps {
  readonly view: TimelineView;
  readonly evidence: Evidence;
}

export function EvidenceSteps({ view, evidence }: StepsProps) {
  const { points: orders, isWitness, partial, words } = evidence;
  const order = orders[view.partial.value];
  const points = order ?? unordered(evidence, view.model);
  const hasStates = (partial[view.partial.value]?.states.length ?? 0) > 0;
  const hasLastColumn = hasStates || (order !== undefined && !isWitness);
  const shown = pointsAbout(points, view.cursor.value.time);
  const left = points.length - shown.length;
  return (
    <div class="evidence">
      <header>
        <h3>{headingOf(evidence, view.partial.value)}</h3>
        <Turn view={view} count={partial.length} />
        <p class="quiet">{isWitness ? words.rule : sizeOf(evidence, view.model)}</p>
      </header>
      <ScrollArea label="Steps">
        <table class="plain">
          <thead>
            <tr>
              {order === undefined ? null : (
                <th scope="col" class="number">
                  Step
                </th>
              )}
              <th scope="col">Client</th>
              <th scope="col">Operation</th>
              <th scope="col">Called – returned</th>
              {hasLastColumn ? <th scope="col">State after it</th> : null}
            </tr>
          </thead>
          <tbody>
            {shown.map((point) => (
              <Step key={point.operation} view={view} evidence={evidence} point={point} />
            ))}
          </tbody>
        </table>
      </ScrollArea>
      {left > 0 ? (
        <p class="quiet">
          The {formatCount(STEPS_MAX)} steps about the cursor; {plural(left, 'other')} not listed.
        </p>
      ) : null}
    </div>
  );
}

function headingOf({ key, isWitness, partial, words }: Evidence, shown: number): string {
  if (isWitness) return words.heading;
  const place = partial.length > 1 ? ` ${shown + 1} of ${partial.length}` : '';
  const part = partial.length === 0 ? TOGETHER : words.part;
  if (key === undefined) return `${part}${place}`;
  return `Key ${JSON.stringify(key)}: ${part.charAt(0).toLowerCase()}${part.slice(1)}${place}`;
}

/** Where no order is shown, as a circle of demands is what speaks against the history. */
const TOGETHER = 'What cannot all be so';

function sizeOf({ key, operations, members, minimal }: Evidence, { history }: Timeline): string {
  const suffice = operations.length === 1 ? 'suffices' : 'suffice';
  const fewer = minimal ? '' : ', and perhaps fewer do: the check ended before that was found out';
  const others = key === undefined ? '' : '; other keys are faded';
  const outlined = members.size === history.length ? '' : ` (outlined)${others}`;
  return `${plural(operations.length, 'operation')} ${suffice} to show it${outlined}${fewer}.`;
}

function Turn({ view, count }: { readonly view: TimelineView; readonly count: number }) {
  if (count < 2) return null;
  return (
    <button type="button" onClick={() => (view.partial.value = (view.partial.value + 1) % count)}>
      Next one
    </button>
  );
}

/** Operations of which there is no order, by call. */
function unordered({ operations }: Evidence, { history }: Timeline): readonly LinearizationPoint[] {
  return operations.map((operation) => {
    const time = history[operation]?.call ?? 0;
    return { operation, step: 0, time, isIllegal: false };
  });
}

interface StepProps extends StepsProps {
  readonly point: LinearizationPoint;
}

function Step({ view, evidence, point }: StepProps) {
  const { model } = view;
  const { operation, step, isIllegal } = point;
  const states = evidence.partial[view.partial.value]?.states ?? [];
  return (
    <tr class={isIllegal ? 'fail' : ''}>
      {step === 0 ? null : <td class="number">{isIllegal ? '✕' : step}</td>}
      <td>{model.rows[model.rowOf[operation] ?? 0]?.name ?? ''}</td>
      <td>
        <button type="button" class="link" onClick={() => moveToOperation(view, operation)}>
          {model.outcome(operation)}
        </button>
        {evidence.open?.includes(operation) ? ' (answered later)' : ''}
      </td>
      <td>{timesOf(model, operation)}</td>
      {isIllegal ? <td class="state">impossible: cannot come next</td> : null}
      {isIllegal || states.length === 0 ? null : <td class="state">{states[step - 1] ?? ''}</td>}
    </tr>
  );
}

function timesOf({ clock, history }: Timeline, operation: number): string {
  const entry = history[operation];
  if (entry === undefined) return '';
  const end = entry.return === null ? 'never' : clock.exact(entry.return);
  return `${clock.exact(entry.call)} – ${end}`;
}

/** Those with the cursor at their middle, where there are many. */
function pointsAbout(
  points: readonly LinearizationPoint[],
  time: number,
): readonly LinearizationPoint[] {
  if (points.length <= STEPS_MAX) return points;
  let middle = 0;
  const distance = (place: number): number => Math.abs((points[place]?.time ?? 0) - time);
  for (const place of points.keys()) if (distance(place) < distance(middle)) middle = place;
  const first = Math.min(points.length - STEPS_MAX, Math.max(0, middle - STEPS_MAX / 2));
  return points.slice(first, first + STEPS_MAX);
}
