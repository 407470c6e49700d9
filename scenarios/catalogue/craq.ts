/** Scenarios of CRAQ, from calm to chaos. */
import type { Options } from '../../sim/contract.ts';
import type { Stream } from '../../sim/streams.ts';
import { CRAQ, chainDemonstrations, chainSessions } from './chain-demonstrations.ts';
import { drawMasterQuarrels } from './chain-master-scripts.ts';
import { drawChainExtremes, drawChainOptions } from './chain-options.ts';
import { craqScripts } from './craq-scripts.ts';
import { genericScenarios } from './generic.ts';
import { partialConnectivity } from './partial-connectivity.ts';
import { saturated } from './saturated.ts';
import { MILLISECOND, type Scenario } from './scenario.ts';

const MS = MILLISECOND;

/** What CRAQ has besides the chain. */
function drawOwn(stream: Stream): Options {
  return {
    readMode: stream.pick(['lease', 'lease', 'confirm']),
    readTarget: stream.pick(['any', 'any', 'home']),
    boundBy: stream.pick(['time', 'versions']),
    boundTime: stream.between(5, 80) * MS,
    boundVersions: stream.pick([0, 1, 2, 5]),
    testAndSet: stream.pick(['reject', 'wait', 'order']),
    multicast: stream.below(4) === 0,
    askRetry: stream.between(2, 20) * MS,
    joinAt: stream.pick(['tail', 'head', 'middle', 'drawn', 'listed']),
  };
}

const generic = genericScenarios({
  protocol: 'craq',
  replicas: [4, 5, 6, 6, 7],
  options: (stream) => ({ ...drawChainOptions(stream), ...drawOwn(stream) }),
  extremes: (stream) => ({ ...drawChainExtremes(stream), ...drawOwn(stream) }),
  roleFaults: drawMasterQuarrels,
  machines: ['register', 'counter', 'list'],
  beyond: ['amnesia', 'lying-fsync'],
});

export const craqScenarios: readonly Scenario[] = [
  ...generic,
  ...chainDemonstrations(CRAQ),
  ...chainSessions(CRAQ),
  ...craqScripts,
  ...partialConnectivity('craq', { needed: { masters: 3 } }),
  ...saturated('craq'),
];
