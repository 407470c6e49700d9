/** The named safety claim of a removal: somebody is left who holds what was acknowledged. */
import type {
  ClusterView,
  Invariant,
  InvariantWatcher,
  Micros,
  NodeId,
} from '../../sim/contract.ts';
import { isSettled } from './configuration.ts';
import type { ChainState } from './index.ts';
import type { MasterState } from './master-state.ts';
import { readOptions, rolesOf } from './options.ts';

type View = ClusterView<ChainState>;

/** When an incarnation of a server was there last, by the clock of each master. */
type Ends = Map<number, readonly Micros[]>;

/**
 * Judged when a master proposes it. A word may have come from a server that has died since, but not
 * long ago: the reply that it echoes tells when it was sent, by the master's own clock.
 */
export const removalLeavesSomebody: Invariant<ChainState> = {
  name: 'removal-leaves-somebody',
  source: 'masters: a server is removed on the new word of another one, settled in the chain',
  restsAfter: 'idle',
  watch(view: View): InvariantWatcher<ChainState> {
    const { suspectAfter } = readOptions(view.cluster.options);
    const { masters } = rolesOf(view.cluster);
    const incarnations: number[] = [];
    const ends: Ends[] = view.cluster.replicas.map(() => new Map());
    const proposed: (MasterState['proposed'] | undefined)[] = [];
    const wasThere = (master: NodeId, server: NodeId, incarnation: number): boolean => {
      const state = view.stateOf(server);
      if (state?.kind === 'server' && state.incarnation === incarnation) return true;
      const end = ends[server]?.get(incarnation)?.[masters.indexOf(master)];
      return end !== undefined && view.clockOf(master) - end <= suspectAfter;
    };
    return {
      after(changed, state) {
        if (state.kind === 'server') {
          incarnations[changed] = state.incarnation;
          return undefined;
        }
        const command = state.proposed;
        if (command === proposed[changed]) return undefined;
        proposed[changed] = command;
        if (command?.f !== 'remove') return undefined;
        const { configuration } = state;
        const isLeft = (server: NodeId): boolean =>
          server !== command.server &&
          isSettled(configuration, server) &&
          wasThere(changed, server, configuration.incarnations[server] ?? 0);
        if (configuration.chain.some(isLeft)) return undefined;
        return (
          `n${changed} proposes to remove n${command.server} from the chain of epoch` +
          ` ${configuration.epoch}, and nobody else was there who holds what was acknowledged`
        );
      },
      crashed(replica) {
        const incarnation = incarnations[replica];
        if (incarnation === undefined) return;
        ends[replica]?.set(
          incarnation,
          masters.map((master) => view.clockOf(master)),
        );
      },
    };
  },
};
