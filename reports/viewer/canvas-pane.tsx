/** A canvas on the shared window: drag to move it, wheel with Ctrl to zoom, click to go. */
import { effect, type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { palette } from './palette.ts';
import { pan, type TimelineView, zoom } from './run-view.ts';
import { AXIS_HEIGHT, FONT, GUTTER, type Surface, timeOf } from './surface.ts';

export interface CanvasPaneProps {
  readonly view: TimelineView;
  /** What a screen reader says of the picture. */
  readonly label: string;
  /** Height of all rows; more than `heightMax` is scrolled. */
  readonly contentHeight: number;
  readonly heightMax: number;
  readonly draw: (surface: Surface) => void;
  /** A click at a time and at a height among the rows. */
  readonly onPick: (time: number, y: number, microsPerPixel: number) => void;
}

/** Pixels of the frame's upper and lower line. */
const BORDERS = 2;

interface Size {
  readonly width: number;
  readonly scroll: number;
}

export function CanvasPane(props: CanvasPaneProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal<Size>({ width: 0, scroll: 0 });
  const height = Math.min(props.contentHeight, props.heightMax) + AXIS_HEIGHT;
  const { view, onPick, draw } = props;

  useEffect(() => {
    const element = scroller.current;
    return element === null ? undefined : followSize(element, size);
  }, []);
  useEffect(() => {
    const element = canvas.current;
    return element === null ? undefined : listenToPointer(element, view, size, onPick);
  }, [view, onPick]);
  useEffect(() => {
    const element = canvas.current;
    return element === null ? undefined : keepDrawn(element, view, size, height, draw);
  }, [view, height, draw]);

  return (
    <div class="canvas-scroller" ref={scroller} style={{ height: `${height + BORDERS}px` }}>
      <div class="canvas-content" style={{ height: `${props.contentHeight + AXIS_HEIGHT}px` }}>
        <canvas ref={canvas} role="img" aria-label={props.label} />
      </div>
    </div>
  );
}

function followSize(element: HTMLElement, size: Signal<Size>): () => void {
  const measure = () => {
    size.value = { width: element.clientWidth, scroll: element.scrollTop };
  };
  const observer = new ResizeObserver(measure);
  observer.observe(element);
  element.addEventListener('scroll', measure, { passive: true });
  measure();
  return () => {
    observer.disconnect();
    element.removeEventListener('scroll', measure);
  };
}

/** Draws again, once a frame at most, whenever something that the panes share has changed. */
function keepDrawn(
  element: HTMLCanvasElement,
  view: TimelineView,
  size: Signal<Size>,
  height: number,
  draw: (surface: Surface) => void,
): () => void {
  let frame = 0;
  const paint = () => {
    frame = 0;
    const surface = prepare(element, size.value, height, view);
    if (surface !== undefined) draw(surface);
  };
  const stop = effect(() => {
    void [size.value, palette.value, view.range.value, view.cursor.value];
    void [view.operation.value, view.partial.value];
    if (frame === 0) frame = requestAnimationFrame(paint);
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}

/** Sizes the canvas for the screen's pixels and clears it. */
function prepare(
  element: HTMLCanvasElement,
  { width, scroll }: Size,
  height: number,
  view: TimelineView,
): Surface | undefined {
  const context = element.getContext('2d');
  if (context === null || width <= GUTTER) return undefined;
  const scale = window.devicePixelRatio || 1;
  const pixels = { width: Math.round(width * scale), height: Math.round(height * scale) };
  if (element.width !== pixels.width || element.height !== pixels.height) {
    element.width = pixels.width;
    element.height = pixels.height;
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = FONT;
  return {
    context,
    width,
    height,
    range: view.range.value,
    palette: palette.value,
    scroll,
    charWidth: context.measureText('0').width,
    clock: view.model.clock,
  };
}

/** Farther than this many pixels a pressed pointer drags instead of clicking. */
const DRAG_DISTANCE = 4;
/** Zoom of one pixel of wheel. */
const WHEEL_ZOOM = 1.002;
const DOUBLE_CLICK_ZOOM = 0.4;

function listenToPointer(
  element: HTMLCanvasElement,
  view: TimelineView,
  size: Signal<Size>,
  onPick: CanvasPaneProps['onPick'],
): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const microsPerPixel = () => {
    const { from, to } = view.range.value;
    return (to - from) / Math.max(1, size.value.width - GUTTER);
  };
  const timeAt = (x: number) => timeOf(view.range.value, size.value.width, x);
  let pressed: { x: number; last: number; isDrag: boolean } | undefined;
  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return;
      pressed = { x: event.offsetX, last: event.offsetX, isDrag: false };
      element.setPointerCapture(event.pointerId);
    },
    options,
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      if (pressed === undefined) return;
      pressed.isDrag ||= Math.abs(event.offsetX - pressed.x) > DRAG_DISTANCE;
      if (pressed.isDrag) pan(view, (pressed.last - event.offsetX) * microsPerPixel());
      pressed.last = event.offsetX;
    },
    options,
  );
  element.addEventListener(
    'pointerup',
    (event) => {
      if (pressed !== undefined && !pressed.isDrag && event.offsetX >= GUTTER) {
        const y = event.offsetY - AXIS_HEIGHT + size.value.scroll;
        onPick(timeAt(event.offsetX), y, microsPerPixel());
      }
      pressed = undefined;
    },
    options,
  );
  element.addEventListener(
    'dblclick',
    (event) => zoom(view, DOUBLE_CLICK_ZOOM, timeAt(event.offsetX)),
    options,
  );
  element.addEventListener(
    'wheel',
    (event) => {
      if (event.ctrlKey || event.metaKey) {
        zoom(view, WHEEL_ZOOM ** event.deltaY, timeAt(event.offsetX));
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        pan(view, (event.deltaX || event.deltaY) * microsPerPixel());
      } else {
        return;
      }
      event.preventDefault();
    },
    { ...options, passive: false },
  );
  return () => stop.abort();
}
