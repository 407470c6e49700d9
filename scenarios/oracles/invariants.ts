/** The protocol's own invariants, checked after every event at a replica. */
import type { Oracle } from './oracle.ts';

export const invariants: Oracle = {
  id: 'invariants',
  letter: 'I',
  about: "the protocol's named safety claims hold after every event",
  watch(court) {
    const watchers = court.build.protocol.invariants.map((invariant) => ({
      name: invariant.name,
      watcher: invariant.watch(court.view),
    }));
    return {
      stepped(replica, state) {
        for (let i = 0; i < watchers.length; i++) {
          const each = watchers[i];
          const violated = each?.watcher.after(replica, state);
          if (each === undefined || violated === undefined) continue;
          court.violation(invariants, violated, { invariant: each.name, node: replica });
        }
      },
      crashed(node) {
        if (node >= court.view.cluster.replicas.length) return;
        for (const { watcher } of watchers) watcher.crashed?.(node);
      },
    };
  },
};
