/** What shrinking has taken away, in words. */
import type { CaseSize, ShrinkAccount, Tally } from '../scenarios/shrink/account.ts';
import { formatCount, formatElapsed, formatTime, plural } from './words.ts';

/** `4,812 → 57 events, 3 nodes, 2 faults, 1 operation (2.1s)`. */
export function shrunkInWords(account: ShrinkAccount, elapsedMs?: number): string {
  const { from, to, isMinimal } = account;
  const facts = [
    `${formatCount(from.events)} → ${plural(to.events, 'event')}`,
    plural(to.replicas, 'node'),
    plural(total(to.faults), 'fault'),
    plural(total(to.operations), 'operation'),
  ].join(', ');
  const elapsed = elapsedMs === undefined ? '' : ` (${formatElapsed(elapsedMs)})`;
  return `${facts}${elapsed}${isMinimal ? '' : '; cut short, there may be less'}`;
}

/** Sentences: what went, what chance no longer does, and whose fates matter. */
export function shrinkingSentences(account: ShrinkAccount): readonly string[] {
  return [...goneSentence(account), ...calmedSentence(account), networkSentence(account)];
}

function goneSentence({ from, to }: ShrinkAccount): readonly string[] {
  const gone = [
    ...goneOf('fault', from.faults, to.faults, byKind(from, to)),
    ...goneOf('operation', from.operations, to.operations),
    ...goneOf('client', { all: from.clients }, { all: to.clients }),
    ...goneOf('replica', { all: from.replicas }, { all: to.replicas }),
  ];
  return gone.length === 0 ? [] : [`Not needed: ${gone.join(' · ')}.`];
}

/** `5 of 8 faults (crash ×4, pause)`; empty where nothing went. */
function goneOf(noun: string, before: Tally, after: Tally, kinds = ''): readonly string[] {
  const all = total(before);
  const gone = all - total(after);
  if (gone <= 0) return [];
  const what = gone === all ? `all ${plural(all, noun)}` : `${gone} of ${plural(all, noun)}`;
  return [`${gone === all && all === 1 ? `the ${noun}` : what}${kinds}`];
}

function byKind(from: CaseSize, to: CaseSize): string {
  const kinds = Object.entries(from.faults).flatMap(([kind, count]) => {
    const gone = count - (to.faults[kind] ?? 0);
    if (gone <= 0) return [];
    return [gone === 1 ? kind : `${kind} ×${gone}`];
  });
  return kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
}

function calmedSentence({ calmed }: ShrinkAccount): readonly string[] {
  return calmed.length === 0 ? [] : [`Nor is there any need of ${listed(calmed)}.`];
}

function networkSentence({ network }: ShrinkAccount): string {
  switch (network.kind) {
    case 'plain':
      return `Every message takes ${formatTime(network.delay)}: the fate of none matters.`;
    case 'explicit': {
      const fates = plural(network.fates, 'message');
      return `Every message takes ${formatTime(network.delay)} but for ${fates}.`;
    }
    case 'drawn':
      return `The fates of messages are still drawn from the seed: ${network.why}.`;
    default:
      return network satisfies never;
  }
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

function total(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}
