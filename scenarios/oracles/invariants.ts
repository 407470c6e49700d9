/** The protocol's own invariants, checked after every event at a replica. */
import type { Invariant, InvariantWatcher } from '../../sim/contract.ts';
import type { Court, Oracle } from './oracle.ts';

interface Guard {
  readonly name: string;
  readonly watcher: InvariantWatcher;
}

export const invariants: Oracle = {
  id: 'invariants',
  letter: 'I',
  about: "the protocol's named safety claims hold after every event",
  watch(court) {
    const { protocol } = court.build;
    const steadiness = protocol.steadiness?.();
    const watching = protocol.invariants.map((invariant) => ({
      guard: guardOf(invariant, court),
      rests: steadiness !== undefined && invariant.restsWhileSteady === true,
    }));
    const all = watching.map(({ guard }) => guard);
    const restless = watching.filter(({ rests }) => !rests).map(({ guard }) => guard);
    return {
      stepped(replica, state) {
        const guards = steadiness?.isSteady(replica, state) ? restless : all;
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
  return { name: invariant.name, watcher: invariant.watch(court.view) };
}
