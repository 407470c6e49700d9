import type { Observer } from '../../sim/simulation-config.ts';

/** Looks at nothing, finds all settled; tests put in its place what they look at. */
export const UNINTERESTED: Observer = {
  replicaStepped: () => {},
  released: () => {},
  returned: () => {},
  crashed: () => {},
  restarted: () => {},
  isSettled: () => true,
};
