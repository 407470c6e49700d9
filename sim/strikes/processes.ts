/** Faults of processes: crashes, pauses, slow nodes, restarts as another build. */
import type { NodeId, OptionSchema, Options } from '../contract.ts';
import type { ProcessFault } from '../fault.ts';
import { exceededLimits } from '../option-limits.ts';
import type { Simulation } from '../simulation.ts';
import type { NodeBuild } from '../simulation-config.ts';
import type { Hindrance } from '../unstruck.ts';
import { beyond, isSurvived, type Scene, type Strike } from './strike.ts';

export function strikeProcess(fault: ProcessFault, scene: Scene): Strike | Hindrance {
  const { world } = scene;
  switch (fault.fault) {
    case 'crash': {
      const node = scene.resolve(fault.node);
      return isSurvived(scene, 'memory', node) ? crash(scene, node) : beyond(scene, node);
    }
    case 'amnesia': {
      const node = scene.resolve(fault.node);
      if (!isSurvived(scene, 'disk', node)) return beyond(scene, node);
      const struck = crash(scene, node);
      if (struck !== 'node-down') world.node(node).disk.wipe();
      return struck;
    }
    case 'pause': {
      return pause(scene, scene.resolve(fault.node));
    }
    case 'slow-node': {
      const node = scene.resolve(fault.node);
      world.lifecycle.serveSlowly(node, fault.by);
      return { nodes: [node], end: () => world.lifecycle.serveSlowly(node, -fault.by) };
    }
    case 'rolling-restart':
      return restartInTurn(fault, scene);
    case 'version-change':
      return changeVersion(fault, scene);
    default:
      return fault satisfies never;
  }
}

function crash({ world }: Scene, node: NodeId): Strike | 'node-down' {
  if (!world.lifecycle.crash(node)) return 'node-down';
  return { nodes: [node], end: () => world.lifecycle.restart(node) };
}

/** A crash ends it: the node restarts awake, and a later pause is not this one's to end. */
function pause({ world }: Scene, id: NodeId): Strike | 'node-down' {
  const node = world.node(id);
  if (!world.lifecycle.pause(id)) return 'node-down';
  const { incarnation } = node;
  const end = (): void => {
    if (node.incarnation === incarnation) world.lifecycle.resume(id);
  };
  return { nodes: [id], end };
}

/** Down for `down`, up for `up`, then the next; whoever may not crash now is passed over. */
function restartInTurn(
  fault: ProcessFault & { readonly fault: 'rolling-restart' },
  scene: Scene,
): Strike {
  const { world } = scene;
  const waiting = fault.order.map(scene.resolve);
  let down: NodeId | undefined;
  const end = (): void => {
    waiting.length = 0;
    if (down !== undefined) world.lifecycle.restart(down);
    down = undefined;
  };
  const next = (): number | undefined => {
    if (down !== undefined) {
      world.lifecycle.restart(down);
      down = undefined;
      return waiting.length > 0 ? fault.up : undefined;
    }
    const node = waiting.shift();
    if (node === undefined) return undefined;
    if (isSurvived(scene, 'memory', node) && world.lifecycle.crash(node)) down = node;
    if (down === undefined) scene.passOver();
    return down === undefined ? fault.up : fault.down;
  };
  return {
    /** Those that are up have nothing to heal from. */
    get nodes() {
      return down === undefined ? [] : [down];
    },
    end,
    phaseAfter: 0,
    next,
  };
}

function changeVersion(
  fault: ProcessFault & { readonly fault: 'version-change' },
  scene: Scene,
): Strike | Hindrance {
  const { world, claims } = scene;
  const node = scene.resolve(fault.node);
  const { mutant, options } = fault;
  const build = world.lifecycle.buildFor({
    ...(mutant === undefined ? {} : { mutant }),
    ...(options === undefined ? {} : { options }),
  });
  if (build === undefined) return 'no-build';
  if (claims !== undefined && options !== undefined) {
    if (!mayDiffer(build.protocol.optionSchema, options)) return 'beyond-claims';
    if (!goTogether(build, options, world)) return 'beyond-claims';
  }
  if (!isSurvived(scene, 'memory', node)) return beyond(scene, node);
  if (!world.lifecycle.crash(node)) return 'node-down';
  world.node(node).build = build;
  world.lifecycle.expectPatience(build);
  return { nodes: [node], end: () => world.lifecycle.restart(node) };
}

/**
 * Whether they contradict nothing that any replica runs with: how long one waits for heartbeats may
 * rest on how often another sends them.
 */
function goTogether({ protocol }: NodeBuild, options: Options, world: Simulation): boolean {
  const { replicas } = world.cluster;
  const exceeded = (all: Options): readonly string[] =>
    exceededLimits(protocol, all, replicas.length).map(({ option }) => option);
  return replicas.every((replica) => {
    const own = world.node(replica).build?.options ?? world.cluster.options;
    const before = exceeded(own);
    return exceeded({ ...own, ...options }).every((option) => before.includes(option));
  });
}

/** Whether nodes of one cluster may run with different values of all these options. */
function mayDiffer(schema: readonly OptionSchema[], options: Options): boolean {
  return Object.keys(options).every(
    (name) => schema.find((option) => option.name === name)?.mayDiffer === true,
  );
}
