/**
 * How little a step has changed, told by what the node was like at the last look. A protocol says
 * what there is to look at; each node has one glance, which is taken anew when it has changed.
 */
import type { NodeId, Quietness, Steadiness } from '../sim/contract.ts';

/** What a node was like at the last look; before the first one, like nothing. */
export interface Glance<State> {
  /** Asked only of steps that are not steady; absent: none of them is regular. */
  isRegular?(state: State): boolean;
  isSteady(state: State): boolean;
  /** Asked only of steps that are steady. */
  isIdle(state: State): boolean;
  take(state: State): void;
}

/** For one run, with a fresh glance for each node. */
export function steadinessBy<State>(glanceOf: () => Glance<State>): Steadiness<State> {
  const glances: Glance<State>[] = [];
  return {
    quietness(node: NodeId, state): Quietness | undefined {
      const glance = (glances[node] ??= glanceOf());
      const isSteady = glance.isSteady(state);
      if (isSteady && glance.isIdle(state)) return 'idle';
      const isRegular = !isSteady && glance.isRegular?.(state) === true;
      glance.take(state);
      if (isSteady) return 'steady';
      return isRegular ? 'regular' : undefined;
    },
  };
}
