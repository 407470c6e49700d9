/** The protocol's own invariants, checked after every event at a replica. */
import type { Invariant, InvariantWatcher, Quietness } from '../../sim/contract.ts';
import type { Court, Oracle } from './oracle.ts';

interface Guard {
  readonly name: string;
  readonly watcher: InvariantWatcher;
  readonly restsAfter: Quietness | undefined;
}

export const invariants: Oracle = {
  id: 'invariants',
  letter: 'I',
  about: "the protocol's named safety claims hold after every event",
  watch(court) {
    const { protocol } = court.build;
    const steadiness = protocol.steadiness?.();
    const all = protocol.invariants.map((invariant) => guardOf(invariant, court));
    const after = {
      steady: all.filter(({ restsAfter }) => restsAfter !== 'steady'),
      idle: all.filter(({ restsAfter }) => restsAfter === undefined),
    };
    return {
      stepped(replica, state) {
        const quietness = steadiness?.quietness(replica, state);
        const guards = quietness === undefined ? all : after[quietness];
        for (let i = 0; i < guards.length; i++) {
          const { name, watcher } = guards[i]!;
          const violated = watcher.after(replica, state);
          if (violated === undefined) continue;
          court.violation(invariants, violated, { invariant: name, node: replica });
        }
      },
      crashed(node) {
        if (node >= court.view.cluster.replicas.length) return;
        for (const { watcher } of all) watcher.crashed?.(node);
      },
    };
  },
};

function guardOf(invariant: Invariant, court: Court): Guard {
  const { name, restsAfter } = invariant;
  return { name, watcher: invariant.watch(court.view), restsAfter };
}
