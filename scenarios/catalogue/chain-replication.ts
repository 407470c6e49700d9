/** Scenarios of chain replication, from calm to chaos. */
import { CHAIN, chainDemonstrations, chainSessions } from './chain-demonstrations.ts';
import { chainMasterScripts, drawMasterQuarrels } from './chain-master-scripts.ts';
import { drawChainExtremes, drawChainOptions } from './chain-options.ts';
import { chainScripts } from './chain-scripts.ts';
import { genericScenarios } from './generic.ts';
import { partialConnectivity } from './partial-connectivity.ts';
import { saturated } from './saturated.ts';
import type { Scenario } from './scenario.ts';

const generic = genericScenarios({
  protocol: 'chain',
  replicas: [4, 5, 6, 6, 7],
  options: drawChainOptions,
  extremes: drawChainExtremes,
  roleFaults: drawMasterQuarrels,
  machines: ['register', 'counter', 'list'],
  beyond: ['amnesia', 'lying-fsync'],
});

export const chainReplicationScenarios: readonly Scenario[] = [
  ...generic,
  ...chainDemonstrations(CHAIN),
  ...chainSessions(CHAIN),
  ...chainScripts,
  ...chainMasterScripts,
  ...partialConnectivity('chain', { needed: { masters: 3 } }),
  ...saturated('chain'),
];
