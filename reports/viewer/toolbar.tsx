/** What moves the window on a timeline, and says where it is. */
import { showAll, showFailure, type TimelineView, zoom } from './run-view.ts';

const CLOSER = 0.5;
const FARTHER = 2;

export interface ToolbarProps {
  readonly view: TimelineView;
  /** What the buttons that show all, and what went wrong, are called. */
  readonly whole: string;
  readonly failure: string;
}

export function Toolbar({ view, whole, failure }: ToolbarProps) {
  const { from, to } = view.range.value;
  const { clock, failureTime } = view.model;
  return (
    <nav class="toolbar" aria-label="Window">
      <button type="button" onClick={() => zoom(view, CLOSER)} aria-label="Zoom in">
        +
      </button>
      <button type="button" onClick={() => zoom(view, FARTHER)} aria-label="Zoom out">
        −
      </button>
      <button type="button" onClick={() => showAll(view)}>
        {whole}
      </button>
      {failureTime === undefined ? null : (
        <button type="button" onClick={() => showFailure(view)}>
          {failure}
        </button>
      )}
      <span class="quiet" role="status">
        {clock.range(Math.round(from), Math.round(to))}
      </span>
      <a href="#/help" class="help-link">
        ? keys
      </a>
    </nav>
  );
}
