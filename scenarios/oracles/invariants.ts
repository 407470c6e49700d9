/** The protocol's own invariants, checked after every event at a replica. */
import type { Invariant, InvariantWatcher, NodeId, Quietness } from '../../sim/contract.ts';
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
    const posts = court.view.cluster.replicas.map((replica) => postOf(replica, all));
    return {
      stepped(replica, state) {
        const quietness = steadiness?.quietness(replica, state);
        const guards = posts[replica]![quietness ?? 'busy'];
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

/** Those that look at a replica, by how much it has done in a step. */
function postOf(
  replica: NodeId,
  all: readonly Guard[],
): { readonly [step in Quietness | 'busy']: readonly Guard[] } {
  const busy = all.filter(({ watcher: { only } }) => only === undefined || only.includes(replica));
  return {
    busy,
    regular: busy.filter(({ restsAfter }) => restsAfter !== 'regular'),
    steady: busy.filter(({ restsAfter }) => restsAfter === 'idle' || restsAfter === undefined),
    idle: busy.filter(({ restsAfter }) => restsAfter === undefined),
  };
}

function guardOf(invariant: Invariant, court: Court): Guard {
  const { name, restsAfter } = invariant;
  return { name, watcher: invariant.watch(court.view), restsAfter };
}
