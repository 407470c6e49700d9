/** What is told of the course of a failing run: landmarks, and progress that did not come. */
import { describe, expect, it } from 'vitest';
import { engineFor } from '../../cli/engine.ts';
import { protocols } from '../../protocols/index.ts';
import { landmarkLines, overdueLines } from '../../reports/course.ts';
import { formatRun } from '../../reports/terminal.ts';
import type { RunResult } from '../../scenarios/spec.ts';

function failing(mutant: string, scenario: string, seed: string): RunResult {
  const engine = engineFor({ mutant });
  const result = engine.run(engine.draw(scenario, seed));
  expect(result.verdict).toBe('failed');
  return result;
}

/** The first of some seeds that fails with so many landmarks. */
function failingWithLandmarks(mutant: string, scenario: string, count: number): RunResult {
  const engine = engineFor({ mutant });
  for (let seed = 1; seed <= 100; seed++) {
    const result = engine.run(engine.draw(scenario, `0x${seed}`));
    if (result.verdict === 'failed' && (result.landmarks?.length ?? 0) >= count) return result;
  }
  throw new Error(`no seed of ${scenario} shows ${mutant} after ${count} landmarks`);
}

describe('progress that did not come', () => {
  const run = failing('CL-5', 'mp/leader-killed', '0xf9d5d971e02dbd3');
  const text = overdueLines(run).join('\n');

  it('is told with those to whom it was owed, and since when', () => {
    expect(text).toContain(
      'owed since 476 ms, when faults stopped: answers to c0 c1 c2, agreement of n1 n2',
    );
  });

  it('is told with what each client waits for', () => {
    expect(text).toMatch(
      /^waiting: c0 for get k0 since 77 ms, c1 for .*, c2 for put k0 = 25 since/m,
    );
  });

  it('is told with what happened meanwhile, and how each replica has ended', () => {
    expect(text).toMatch(/^meanwhile: client-retried [\d,]+$/m);
    expect(text).toContain('n0 at the end: down');
    expect(text).toMatch(/^n1 at the end: leader of ballot 2\.1 /m);
  });

  it('stands beside the failure, with who led when', () => {
    const all = formatRun(run);
    expect(all).toContain('  owed since 476 ms');
    expect(all).toMatch(/landmarks:\n +1\.19 ms {2}n0 leader-elected \(leader of ballot 1\.0 /);
  });

  it('is not told of a run that made progress', () => {
    const engine = engineFor({});
    const passed = engine.run(engine.draw('mp/calm', '0x1'));
    expect(overdueLines(passed)).toEqual([]);
    expect(landmarkLines(passed)).toEqual([]);
  });
});

describe('landmarks', () => {
  it('of a chain are its configurations, and none lies after the failure', () => {
    const run = failingWithLandmarks('CR-2', 'chain/swarm', 4);
    const lines = landmarkLines(run);
    expect(lines.join('\n')).toMatch(/ configuration-decided \(acting master, .* epoch \d+ \[/);
    expect(landmarkLines(run, 0)).toEqual([]);
    const counted = Number(/^\d+(?= earlier$)/.exec(lines[0] ?? '')?.[0] ?? 0);
    expect(lines.length - (counted > 0 ? 1 : 0) + counted).toBe(run.landmarks?.length);
  });

  it.each(protocols)('of $name are marks of it', ({ landmarks = [], marks }) => {
    for (const mark of landmarks) expect(Object.keys(marks)).toContain(mark);
  });
});
