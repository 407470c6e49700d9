/** For faults of an involved kind, plainer ones that a failure may do with just as well. */
import type { Micros } from '../../sim/contract.ts';
import type { ByzantineFault, Fault, FaultNode } from '../../sim/fault.ts';

/** Of a Byzantine node, or of anything else that is so many parts per million. */
const ALWAYS = 1_000_000;

/** Plainer faults in the place of this one, the plainest first; for as long as it lasts. */
export function simplerKinds(fault: Fault, replicas: number): readonly Fault[] {
  const lasting = fault.lasts === undefined ? {} : { lasts: fault.lasts };
  switch (fault.fault) {
    case 'bridge':
    case 'flapping':
      return [{ fault: 'partition', groups: fault.groups, ...lasting }];
    case 'ring':
    case 'chained':
      return splits(fault.order, lasting);
    case 'quorum-loss':
      return scattered(fault.node, replicas, lasting);
    case 'constrained-election': {
      const { node, leader } = fault;
      return [
        { fault: 'one-way', from: [leader], to: [node], ...lasting },
        ...isolated(leader, replicas, lasting),
        { fault: 'quorum-loss', node, ...lasting },
      ];
    }
    case 'clog':
      return [{ fault: 'one-way', from: fault.from, to: fault.to, ...lasting }];
    case 'amnesia':
    case 'version-change':
      return [{ fault: 'crash', node: fault.node, ...lasting }];
    case 'rolling-restart':
      return fault.order.map((node) => ({ fault: 'crash', node, lasts: fault.down }));
    case 'slow-node':
      return [{ fault: 'pause', node: fault.node, ...lasting }];
    case 'disk-full':
      return [{ fault: 'write-error', node: fault.node, ...lasting }];
    case 'misdirected-write':
    case 'read-error':
      return [{ fault: 'bit-rot', node: fault.node, place: fault.place, ...lasting }];
    case 'byzantine':
      return alwaysByzantine(fault);
    case 'partition':
    case 'one-way':
    case 'slow':
    case 'crash':
    case 'pause':
    case 'write-error':
    case 'bit-rot':
    case 'lying-fsync':
    case 'slow-disk':
    case 'clock-jump':
    case 'clock-drift':
    case 'clock-freeze':
    case 'client-crash':
    case 'duplicate-request':
    case 'wrong-node':
    case 'impatience':
    case 'reconfigure':
      return [];
    default:
      return fault satisfies never;
  }
}

/** Every message rather than some, and the plainest of tampering. */
function alwaysByzantine(fault: ByzantineFault): readonly Fault[] {
  const always: ByzantineFault = { ...fault, rate: ALWAYS };
  const silent: ByzantineFault = { ...always, behaviour: 'withhold', by: 0 };
  return [silent, always].filter(
    ({ behaviour, rate }) => behaviour !== fault.behaviour || rate !== fault.rate,
  );
}

interface Lasting {
  readonly lasts?: Micros;
}

/** One end, or the other one, apart from the rest. */
function splits(order: readonly FaultNode[], lasting: Lasting): readonly Fault[] {
  const inTwo = (at: number): Fault => ({
    fault: 'partition',
    groups: [order.slice(0, at), order.slice(at)],
    ...lasting,
  });
  return order.length < 2 ? [] : [inTwo(1), inTwo(order.length - 1)];
}

/** All replicas apart from each other, but for the hub: in no group, it can talk to all. */
function scattered(hub: FaultNode, replicas: number, lasting: Lasting): readonly Fault[] {
  const groups = othersThan(hub, replicas).map((other) => [other]);
  return groups.length < 2 ? [] : [{ fault: 'partition', groups, ...lasting }];
}

function isolated(node: FaultNode, replicas: number, lasting: Lasting): readonly Fault[] {
  const others = othersThan(node, replicas);
  return others.length === 0 ? [] : [{ fault: 'partition', groups: [[node], others], ...lasting }];
}

/** None while nobody knows yet which node it will be. */
function othersThan(node: FaultNode, replicas: number): readonly number[] {
  if (typeof node !== 'number') return [];
  return Array.from({ length: replicas }, (_, id) => id).filter((id) => id !== node);
}
