/** From a fault of the plan to what it does. */
import type { Fault, ReconfigureFault } from '../fault.ts';
import type { Hindrance } from '../unstruck.ts';
import { strikeClock } from './clocks.ts';
import { strikeDisk } from './disks.ts';
import { strikeLinks } from './links.ts';
import { strikeProcess } from './processes.ts';
import { strikeByzantine, strikeClient } from './senders.ts';
import { NOTHING_TO_END, type Scene, type Strike } from './strike.ts';

/** Begins the fault, or tells what keeps it from striking. */
export function strike(fault: Fault, scene: Scene): Strike | Hindrance {
  switch (fault.fault) {
    case 'partition':
    case 'one-way':
    case 'bridge':
    case 'ring':
    case 'chained':
    case 'quorum-loss':
    case 'constrained-election':
    case 'flapping':
    case 'slow':
    case 'clog':
      return strikeLinks(fault, scene);
    case 'crash':
    case 'amnesia':
    case 'pause':
    case 'slow-node':
    case 'rolling-restart':
    case 'version-change':
      return strikeProcess(fault, scene);
    case 'write-error':
    case 'read-error':
    case 'bit-rot':
    case 'misdirected-write':
    case 'lying-fsync':
    case 'disk-full':
    case 'slow-disk':
      return strikeDisk(fault, scene);
    case 'clock-jump':
    case 'clock-drift':
    case 'clock-freeze':
      return strikeClock(fault, scene);
    case 'client-crash':
    case 'duplicate-request':
    case 'wrong-node':
    case 'impatience':
      return strikeClient(fault, scene);
    case 'byzantine':
      return strikeByzantine(fault, scene);
    case 'reconfigure':
      return reconfigure(fault, scene);
    default:
      return fault satisfies never;
  }
}

/** Any replica that is up can be asked; what follows is the protocol's own business. */
function reconfigure({ members }: ReconfigureFault, scene: Scene): Strike | Hindrance {
  const { lifecycle } = scene.world;
  const nodes = members.map(scene.resolve);
  if (!nodes.some((node) => lifecycle.canBeMember(node))) return 'no-member';
  const isAsked = lifecycle.reconfigure(nodes);
  return isAsked ? { nodes: [], end: NOTHING_TO_END } : 'nobody-to-ask';
}
