/** What the signs of the space-time diagram mean: every meaning has a shape, not only a colour. */
import type { ComponentChildren } from 'preact';
import type { RunModel } from './run-model.ts';

export function Legend({ words }: Pick<RunModel, 'words'>) {
  return (
    <ul class="legend">
      <Sign text="message">
        <path class="message" d="M1 10 L21 3 M15 2 L21 3 L17 8" />
      </Sign>
      <Sign text="dropped">
        <path class="drop" d="M1 10 L14 5 M11 1 L18 8 M18 1 L11 8" />
      </Sign>
      <Sign text="duplicate">
        <path class="message" stroke-dasharray="4 3" d="M1 10 L21 3" />
      </Sign>
      <Sign text="corrupted">
        <path class="damage" stroke-dasharray="1.5 2.5" d="M1 10 L14 6" />
        <rect class="damage" x="14" y="2" width="6" height="6" />
      </Sign>
      <Sign text={`${words.leader} (★), with its ${words.round}`}>
        <path class="leads" d="M1 6 H21" />
      </Sign>
      <Sign text="follows">
        <path class="follows" d="M1 6 H21" />
      </Sign>
      <Sign text="down">
        <path class="quiet" d="M1 11 L9 1 M7 11 L15 1 M13 11 L21 1" />
      </Sign>
      <Sign text="paused">
        <path class="quiet" d="M4 1 V11 M11 1 V11 M18 1 V11" />
      </Sign>
      <Sign text="call">
        <path class="point" d="M8 1 L15 6 L8 11 Z" />
      </Sign>
      <Sign text="return">
        <path class="point" d="M14 1 L7 6 L14 11 Z" />
      </Sign>
      <Sign text="timer">
        <circle class="point" cx="11" cy="6" r="3" />
      </Sign>
      <Sign text="mark">
        <path class="mark" d="M11 1 L16 6 L11 11 L6 6 Z" />
      </Sign>
      <Sign text="start">
        <path class="point" d="M7 11 L11 1 L15 11 Z" />
      </Sign>
      <Sign text="violation">
        <path class="fail" d="M8 3 L14 9 M14 3 L8 9" />
        <circle class="fail" cx="11" cy="6" r="5" />
      </Sign>
    </ul>
  );
}

function Sign(props: { readonly text: string; readonly children: ComponentChildren }) {
  return (
    <li>
      <svg width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">
        {props.children}
      </svg>
      {props.text}
    </li>
  );
}
