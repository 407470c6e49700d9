/** Nothing that a protocol does may throw, and nothing may grow without bound. */
import type { Queued } from '../../sim/simulation-config.ts';
import type { RunSpec } from '../spec.ts';
import type { Oracle } from './oracle.ts';
import { nodeName } from './words.ts';

export const noException: Oracle = {
  id: 'no-exception',
  letter: 'X',
  about: 'no handler throws, and the queue of messages and timers stays within its bound',
  watch(court) {
    return {
      ended(end) {
        if (end.how !== 'bound' || end.bound !== 'queue') return;
        court.violation(noException, tooMany(end.queued ?? [], court.spec));
      },
    };
  },
};

/** Kinds of events that are named; what is less frequent is seldom the cause. */
const NAMED_MAX = 3;

function tooMany(queued: readonly Queued[], { bounds, replicas }: RunSpec): string {
  const most = queued.slice(0, NAMED_MAX).map((one) => inWords(one, replicas));
  const mostly = most.length === 0 ? '' : `, most of them ${most.join(', ')}`;
  return (
    `more than ${bounds.queue} events were queued at once${mostly}: ` +
    'what is sent again and again is sent faster than it arrives; look for an option that makes ' +
    'it so frequent, or raise bounds.queue of the spec'
  );
}

function inWords({ kind, name, node, count }: Queued, replicas: number): string {
  const who = node < 0 ? '' : nodeName(node, replicas);
  switch (kind) {
    case 'message':
      return `${count} ${name} from ${who}`;
    case 'timer':
      return `${count} timers ${name} of ${who}`;
    case 'record':
      return `${count} records of ${who}`;
    case 'other':
      return who === '' ? `${count} others` : `${count} others at ${who}`;
    default:
      return kind satisfies never;
  }
}
