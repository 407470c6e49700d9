/**
 * The keys of the page of a run, or of a history, whose operations are its events; the help page
 * lists the same table.
 */
import {
  moveToEdge,
  pan,
  showAll,
  showFailure,
  step,
  type TimelineView,
  zoom,
} from './run-view.ts';

interface Binding {
  readonly keys: readonly string[];
  readonly about: string;
  act(view: TimelineView): void;
}

/** Share of the window that Shift and an arrow move it by. */
const PAN_SHARE = 0.25;
const CLOSER = 0.5;
const FARTHER = 2;

export const BINDINGS: readonly Binding[] = [
  { keys: ['ArrowRight'], about: 'next event', act: (view) => step(view, 1, false) },
  { keys: ['ArrowLeft'], about: 'previous event', act: (view) => step(view, -1, false) },
  {
    keys: ['j', 'ArrowDown'],
    about: 'next event that the filter shows',
    act: (view) => step(view, 1, true),
  },
  {
    keys: ['k', 'ArrowUp'],
    about: 'previous event that the filter shows',
    act: (view) => step(view, -1, true),
  },
  { keys: ['Home'], about: 'first event', act: (view) => moveToEdge(view, 'first') },
  { keys: ['End'], about: 'last event', act: (view) => moveToEdge(view, 'last') },
  { keys: ['+', '='], about: 'zoom in at the cursor', act: (view) => zoom(view, CLOSER) },
  { keys: ['-', '_'], about: 'zoom out', act: (view) => zoom(view, FARTHER) },
  { keys: ['Shift+ArrowRight'], about: 'move the window on', act: (view) => panBy(view, 1) },
  { keys: ['Shift+ArrowLeft'], about: 'move the window back', act: (view) => panBy(view, -1) },
  { keys: ['0'], about: 'show the whole run', act: showAll },
  { keys: ['f'], about: 'go to the failure', act: showFailure },
  {
    keys: ['/'],
    about: 'filter the events (Escape leaves the field)',
    act: () => document.getElementById('filter')?.focus(),
  },
];

/** Acts on a key of the run's page; false when it is none of its keys. */
export function handleRunKey(view: TimelineView, event: KeyboardEvent): boolean {
  const isArrow = event.key.startsWith('Arrow');
  const name = event.shiftKey && isArrow ? `Shift+${event.key}` : event.key;
  const binding = BINDINGS.find(({ keys }) => keys.includes(name));
  binding?.act(view);
  return binding !== undefined;
}

/** Whether keys belong to what has the focus: fields, and lists that open. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function panBy(view: TimelineView, direction: 1 | -1): void {
  const { from, to } = view.range.value;
  pan(view, direction * (to - from) * PAN_SHARE);
}
