/**
 * An order of operations step by step, with the state after each: the one that explains a history,
 * or the longest partial linearizations of one that none explains, and their end.
 */
import { formatCount, plural } from '../words.ts';
import { moveToOperation, type TimelineView } from './run-view.ts';
import type { Evidence, LinearizationPoint, Timeline } from './timeline.ts';

/** Of a longer order, the steps about the cursor are listed. */
const STEPS_MAX = 40;

interface StepsProps {
  readonly view: TimelineView;
  readonly evidence: Evidence;
}

export function EvidenceSteps({ view, evidence }: StepsProps) {
  const { points: orders, isWitness, partial } = evidence;
  const points = orders[view.partial.value] ?? [];
  const hasStates = (partial[view.partial.value]?.states.length ?? 0) > 0 || !isWitness;
  const shown = pointsAbout(points, view.cursor.value.time);
  const left = points.length - shown.length;
  return (
    <div class="evidence">
      <header>
        <h3>{headingOf(evidence, view.partial.value)}</h3>
        <Turn view={view} count={partial.length} />
        <p class="quiet">
          {isWitness
            ? 'Each operation takes effect between its call and its return.'
            : sizeOf(evidence, view.model)}
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
              {hasStates ? <th scope="col">State after it</th> : null}
            </tr>
          </thead>
          <tbody>
            {shown.map((point) => (
              <Step key={point.operation} view={view} evidence={evidence} point={point} />
            ))}
          </tbody>
        </table>
      </div>
      {left > 0 ? (
        <p class="quiet">
          The {formatCount(STEPS_MAX)} steps about the cursor; {plural(left, 'other')} not listed.
        </p>
      ) : null}
    </div>
  );
}

function headingOf({ key, isWitness, partial }: Evidence, shown: number): string {
  if (isWitness) return 'An order that explains every answer';
  const place = partial.length > 1 ? ` ${shown + 1} of ${partial.length}` : '';
  if (key === undefined) return `Longest partial linearization${place}`;
  return `Key ${JSON.stringify(key)}: longest partial linearization${place}`;
}

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

interface StepProps extends StepsProps {
  readonly point: LinearizationPoint;
}

function Step({ view, evidence, point }: StepProps) {
  const { model } = view;
  const { operation, step, isIllegal } = point;
  const states = evidence.partial[view.partial.value]?.states ?? [];
  return (
    <tr class={isIllegal ? 'fail' : ''}>
      <td class="number">{isIllegal ? '✕' : step}</td>
      <td>{model.rows[model.rowOf[operation] ?? 0]?.name ?? ''}</td>
      <td>
        <button type="button" class="link" onClick={() => moveToOperation(view, operation)}>
          {model.outcome(operation)}
        </button>
      </td>
      <td>{timesOf(model, operation)}</td>
      {isIllegal ? <td>impossible: cannot come next</td> : null}
      {isIllegal || states.length === 0 ? null : <td>{states[step - 1] ?? ''}</td>}
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
  const nearest = points.findIndex((point) => point.time >= time);
  const middle = nearest < 0 ? points.length : nearest;
  const first = Math.min(points.length - STEPS_MAX, Math.max(0, middle - STEPS_MAX / 2));
  return points.slice(first, first + STEPS_MAX);
}
