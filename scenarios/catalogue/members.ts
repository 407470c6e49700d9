/**
 * Scripted scenarios of protocols whose members vote: some give way to others, or one must not vote
 * any more. What a protocol calls its nodes, and what shows that it has noticed, is up to it.
 */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import { busyThrough, PATIENCE, servedIn } from './patience.ts';
import {
  defineScenario,
  MILLISECOND,
  type Scenario,
  type ScenarioDefinition,
  scripted,
} from './scenario.ts';

const MS = MILLISECOND;

/** What a protocol brings along. */
interface Case extends Pick<ScenarioDefinition, 'protocol' | 'about' | 'expects'> {
  readonly marks: readonly string[];
  drawOptions(stream: Stream): Options;
}

/** Three of five nodes are members; three times the oldest one gives way to another node. */
export function membersReplaced({ marks, drawOptions, ...told }: Case): Scenario {
  return defineScenario({
    ...told,
    name: 'members-replaced',
    title: 'Members are replaced one by one, under load',
    world: (stream) => {
      const changes = [
        [1, 2, 3],
        [2, 3, 4],
        [0, 3, 4],
      ];
      const first = stream.between(60, 120) * MS;
      const times = changes.map((_, index) => first + index * PATIENCE);
      return scripted(
        stream,
        changes.map((members, index) => ({ at: times[index]!, fault: 'reconfigure', members })),
        {
          replicas: 5,
          operations: 200,
          ...busyThrough(first + changes.length * PATIENCE),
          options: drawOptions(stream),
          fixed: { members: 3 },
          expect: {
            marks,
            windows: times.map((at, index) =>
              servedIn(`members ${changes[index]?.join(', ')}`, at + PATIENCE / 2, PATIENCE / 2),
            ),
          },
        },
      );
    },
  });
}

interface DamagedDiskCase extends Case {
  readonly title: string;
  /** Those who vote on, in words. */
  readonly others: string;
}

/** A record of one of three nodes rots, and the node restarts and cannot read it. */
export function damagedDisk({ marks, others, drawOptions, ...told }: DamagedDiskCase): Scenario {
  return defineScenario({
    ...told,
    name: 'damaged-disk',
    world: (stream) => {
      const at = stream.between(100, 160) * MS;
      const node = stream.below(3);
      const lasts = stream.between(5, 40) * MS;
      const faults: PlannedFault[] = [
        { at, fault: 'bit-rot', node, place: stream.below(1_000_000) },
        { at: at + 10 * MS, fault: 'crash', node, lasts },
      ];
      const back = at + 10 * MS + lasts;
      return scripted(stream, faults, {
        ...busyThrough(back + 2 * PATIENCE),
        options: drawOptions(stream),
        expect: { marks, windows: [servedIn(others, back + PATIENCE, PATIENCE)] },
      });
    },
  });
}
