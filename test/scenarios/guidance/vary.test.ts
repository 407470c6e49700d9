import { describe, expect, it } from 'vitest';
import { viewstampedReplication } from '../../../protocols/viewstamped-replication/index.ts';
import { assemble } from '../../../scenarios/assemble.ts';
import { type DrawSettings, scenarios } from '../../../scenarios/catalogue/index.ts';
import { drawPlan } from '../../../scenarios/draw-plan.ts';
import { type PlannedSpec, vary } from '../../../scenarios/guidance/vary.ts';
import { checkPlan } from '../../../scenarios/plan-fit.ts';
import { run } from '../../../scenarios/run.ts';
import type { PlannedFault } from '../../../sim/plan.ts';
import { Stream } from '../../../sim/streams.ts';

const protocol = viewstampedReplication;
const marks = Object.keys(viewstampedReplication.marks);

function drawn(id: string, seed: string, settings: DrawSettings = {}): PlannedSpec {
  const spec = scenarios.find((scenario) => scenario.id === id)?.draw(seed, settings);
  if (spec === undefined) throw new Error(`no scenario ${id}`);
  return { ...spec, plan: spec.plan ?? drawPlan(spec, assemble(spec).protocol) };
}

/** Variations of many runs, each of the one before, as a pool makes them in the long run. */
function lineage(length: number): PlannedSpec[] {
  const line = [drawn('vr/swarm', 'first')];
  for (let i = 0; i < length; i++) {
    const donor = drawn(i % 3 === 0 ? 'vr/uniform' : 'vr/swarm', `donor-${i}`);
    const stream = new Stream(`vary-${i}`, 'variation');
    line.push(vary(line.at(-1) as PlannedSpec, { donor: () => donor, protocol, marks, stream }));
  }
  return line;
}

describe('a variation', () => {
  const line = lineage(400);

  it('fits its world, however long its line', () => {
    for (const spec of line) {
      expect(() => checkPlan(spec.plan, spec)).not.toThrow();
      for (const fault of spec.plan.faults) {
        expect(fault.at ?? 0).toBeGreaterThanOrEqual(0);
        expect(fault.lasts ?? 1).toBeGreaterThan(0);
        expect(fault.when?.nth ?? 1).toBeGreaterThan(0);
      }
    }
  });

  it('of a chain asks for no master as a member, with its own options or those of another', () => {
    const asking = (seed: string, masters: number): PlannedSpec => {
      const spec = drawn('chain/swarm', seed, { replicas: 6, options: { masters, servers: 0 } });
      const servers = [1, 2, 3, 4, 5].filter((node) => node >= masters);
      const wish: PlannedFault = { at: 30_000, fault: 'reconfigure', members: servers };
      return { ...spec, plan: { ...spec.plan, faults: [...spec.plan.faults, wish] } };
    };
    const chain = assemble({ protocol: 'chain', machine: 'kv' }).protocol;
    for (let i = 0; i < 60; i++) {
      const [parent, donor] = [asking(`parent-${i}`, 1), asking(`donor-${i}`, 3)];
      const stream = new Stream(`masters-${i}`, 'variation');
      const surroundings = { protocol: chain, marks: Object.keys(chain.marks), stream };
      const { plan, ...spec } = vary(parent, { ...surroundings, donor: () => donor });
      expect(() => checkPlan(plan, spec)).not.toThrow();
    }
  });

  it('does not grow without bound', () => {
    expect(Math.max(...line.map(({ plan }) => plan.faults.length))).toBeLessThanOrEqual(80);
    expect(Math.max(...line.map(({ plan }) => plan.operations.length))).toBeLessThanOrEqual(140);
  });

  it('is another run than its parent, nearly always', () => {
    const texts = line.map((spec) => JSON.stringify(spec));
    const same = texts.filter((text, at) => text === texts[at - 1]).length;
    expect(same).toBeLessThan(texts.length / 10);
  });

  it('is the same for the same stream, and leaves its parent and its donor as they are', () => {
    const parent = drawn('vr/swarm', 'parent');
    const donor = drawn('vr/swarm', 'donor');
    const before = JSON.stringify([parent, donor]);
    for (let i = 0; i < 50; i++) {
      const varied = [1, 2].map(() =>
        vary(parent, {
          donor: () => donor,
          protocol,
          marks,
          stream: new Stream(`same-${i}`, 'variation'),
        }),
      );
      expect(varied[0]).toEqual(varied[1]);
    }
    expect(JSON.stringify([parent, donor])).toBe(before);
  });

  it('asserts nothing of what its parent’s scenario expected', () => {
    const parent = drawn('vr/primary-crash', 'expects');
    expect(parent.expect).toBeDefined();
    const donor = drawn('vr/swarm', 'donor');
    expect(
      vary(parent, { donor: () => donor, protocol, marks, stream: new Stream('x', 'v') }).expect,
    ).toBeUndefined();
  });

  it('of a correct protocol passes', () => {
    for (const spec of line.filter((_, at) => at % 20 === 0)) {
      expect(run(spec).failures, spec.seed).toEqual([]);
    }
  });
});
