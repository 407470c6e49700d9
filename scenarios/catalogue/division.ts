/** A partition, and later another one, with clients on both sides. */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import type { ReturnWindow } from '../spec.ts';
import { AFTERMATH, busyThrough, PATIENCE, servedIn } from './patience.ts';
import { defineScenario, type Scenario, scripted, type World } from './scenario.ts';

interface Division
  extends Pick<Scenario, 'protocol' | 'name' | 'title' | 'about' | 'expects'>,
    Pick<World, 'needed'> {
  options(stream: Stream): Options;
  /** What the side is called that is served, and the other one. */
  readonly sides: readonly [string, string];
  readonly operations: number;
  drawSize(stream: Stream, asked: number | undefined): number;
  divide(stream: Stream, replicas: number): Divided;
}

/** Node ids on the side that is served `AFTERMATH` after the cut, and on the other one. */
interface Divided {
  readonly served: readonly number[];
  readonly cutOff: readonly number[];
}

export function dividedTwice(division: Division): Scenario {
  const { options, sides, operations, drawSize, divide, needed = {}, ...words } = division;
  return defineScenario({
    ...words,
    world: (stream, { replicas: asked, clients = 4 }) => {
      const replicas = drawSize(stream, asked);
      const faults: PlannedFault[] = [];
      const windows: ReturnWindow[] = [servedIn('whole', 0, AFTERMATH)];
      let at = AFTERMATH;
      for (const which of ['first', 'second']) {
        const nodes = divide(stream, replicas);
        const asking = drawAsking(stream, clients);
        const from = at + AFTERMATH;
        const until = from + PATIENCE;
        const groups = (['cutOff', 'served'] as const).map((side) => [
          ...nodes[side],
          ...asking[side].map((client) => replicas + client),
        ]);
        faults.push({ at, fault: 'partition', groups, lasts: until - at });
        windows.push(
          {
            about: `${which} ${sides[0]}`,
            from,
            until,
            clients: inOrder(asking.served),
            atLeast: 1,
          },
          {
            about: `${which} ${sides[1]}`,
            from,
            until,
            clients: inOrder(asking.cutOff),
            atMost: 0,
          },
          servedIn('whole again', until + AFTERMATH, PATIENCE - AFTERMATH),
        );
        at = until + PATIENCE;
      }
      return scripted(stream, faults, {
        replicas,
        clients,
        operations,
        ...busyThrough(at),
        options: options(stream),
        needed,
        expect: { windows },
      });
    },
  });
}

/** Half of the clients on each side, by their indices. */
function drawAsking(stream: Stream, clients: number): Divided {
  const drawn = stream.shuffle(indices(clients));
  const few = Math.floor(clients / 2);
  return { cutOff: drawn.slice(0, few), served: drawn.slice(few) };
}

function inOrder(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((one, other) => one - other);
}

/** 0 up to `count`, without it. */
export function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
