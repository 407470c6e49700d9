import { describe, expect, test } from 'vitest';
import { chainReplication } from '../../protocols/chain-replication/index.ts';
import { mutants, protocols } from '../../protocols/index.ts';
import { builtIn, type Registry } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { Failure } from '../../scenarios/spec.ts';
import type { Build, Protocol } from '../../sim/contract.ts';
import { CLIENT, chainWorld, get, server, TAIL } from './chain-world.ts';

/** Of each bug; there are over a hundred of them. */
const SEEDS = 12;

/** The same protocol, none of whose invariants ever rests. */
function restless(protocol: Protocol): Protocol {
  const { steadiness: _, ...rest } = protocol;
  return rest;
}

function restlessBuild(build: Build): Build {
  return { ...build, protocol: restless(build.protocol) };
}

const watchful: Registry = {
  ...builtIn,
  protocols: protocols.map(restless),
  mutants: mutants.map((mutant) => ({
    ...mutant,
    apply: (build) => restlessBuild(mutant.apply(build)),
  })),
};

function failures(
  protocol: string,
  mutant: string | undefined,
  seed: number,
  registry: Registry,
): readonly Failure[] {
  const [swarm] = findScenarios(`${protocol}/swarm`);
  const drawn = swarm!.draw(`steady-${seed}`, mutant === undefined ? {} : { mutant });
  return run({ ...drawn, oracles: ['invariants'] }, { registry }).failures;
}

/** Protocols that say after which steps their invariants may rest. */
const steady = protocols.filter((protocol) => protocol.steadiness !== undefined);

describe.each(steady)(
  'invariants of $name that rest find what they find if they never do',
  ({ name }) => {
    const broken = mutants.filter(({ protocol }) => protocol === name);

    test.each(broken)('in $id', ({ id }) => {
      for (let seed = 0; seed < SEEDS; seed++) {
        const rested = failures(name, id, seed, builtIn);
        expect(rested, `seed ${seed}`).toEqual(failures(name, id, seed, watchful));
      }
    });

    test('and in the protocol without a bug', () => {
      for (let seed = 0; seed < SEEDS; seed++) {
        expect(failures(name, undefined, seed, builtIn)).toEqual([]);
      }
    });

    test('and some of the bugs are found', () => {
      const found = broken.filter(({ id }) => failures(name, id, 0, builtIn).length > 0);
      expect(found.length).toBeGreaterThan(0);
    });
  },
);

test('a tail that answers a copy of an earlier query takes no idle step', () => {
  const world = chainWorld();
  const steadiness = chainReplication.steadiness!();
  const isIdle = (): boolean => steadiness.quietness(TAIL, server(world, TAIL)) === 'idle';
  const ask = (requestNumber: number): void => {
    world.inject(CLIENT, TAIL, { type: 'Query', operation: get(), requestNumber });
    world.settle();
  };
  ask(9);
  expect([isIdle(), isIdle()]).toEqual([false, true]);
  ask(8);
  expect(isIdle()).toBe(false);
});
