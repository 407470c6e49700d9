/** What may be wider than the page: scrolled sideways, by keyboard too where there is need. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface ScrollAreaProps {
  /** What a screen reader calls it. */
  readonly label: string;
  readonly children: ComponentChildren;
}

export function ScrollArea({ label, children }: ScrollAreaProps) {
  const area = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = area.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      // In the keyboard's way only where there is something to scroll to.
      const isWide = element.scrollWidth > element.clientWidth;
      for (const [name, value] of [
        ['tabindex', '0'],
        ['role', 'region'],
        ['aria-label', label],
      ] as const) {
        if (isWide) element.setAttribute(name, value);
        else element.removeAttribute(name);
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [label]);
  return (
    <div class="scroll-x" ref={area}>
      {children}
    </div>
  );
}
