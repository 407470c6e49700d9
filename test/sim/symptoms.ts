/** What is wrong in a world right now, in words: what a fault leaves behind is told apart by it. */
import type { NodeId } from '../../sim/contract.ts';
import type { Node } from '../../sim/node.ts';
import type { Simulation } from '../../sim/simulation.ts';

const SECOND = 1_000_000;

/** Empty where no fault holds and nothing is left of one. */
export function symptoms(simulation: Simulation): string[] {
  const nodes = simulation.nodes.map((node) => node.id);
  const links = nodes.flatMap((from) => nodes.map((to) => [from, to] as const));
  return [
    ...links.flatMap(([from, to]) => linkSymptoms(simulation, from, to)),
    ...simulation.nodes.flatMap((node) =>
      nodeSymptoms(simulation, node).map((symptom) => `n${node.id} ${symptom}`),
    ),
  ];
}

function linkSymptoms({ network }: Simulation, from: NodeId, to: NodeId): string[] {
  const link = `${from}>${to}`;
  if (network.isCut(from, to)) return [`cut ${link}`];
  if (network.isClogged(from, to)) return [`clogged ${link}`];
  return network.isSound(from, to) ? [] : [`slow ${link}`];
}

function nodeSymptoms({ now }: Simulation, node: Node): string[] {
  const { clock, disk, timers } = node;
  const passed = clock.local(now + SECOND) - clock.local(now);
  const found: readonly (readonly [boolean, string])[] = [
    [!node.isUp, 'is down'],
    [node.isPaused, 'is paused'],
    [node.eventTime !== 0, `takes ${node.eventTime} for each event`],
    [node.build !== undefined, 'is of another build'],
    [disk.failsNow, 'cannot write'],
    [disk.slowBy !== 0, `writes ${disk.slowBy} slower`],
    [disk.isDamaged, 'is damaged'],
    [clock.isFrozen, 'has a frozen clock'],
    [!clock.isFrozen && passed !== SECOND, `has a clock at ${passed} ppm`],
    [timers.hurry !== 1, `is ${timers.hurry} times too hasty`],
    [node.tampers.length > 0, `has ${node.tampers.length} that tamper`],
  ];
  return found.flatMap(([isFound, symptom]) => (isFound ? [symptom] : []));
}
