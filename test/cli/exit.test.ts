import { describe, expect, it, vi } from 'vitest';
import { EXIT, InputError, severest } from '../../cli/exit.ts';
import { report } from '../../cli/outcome.ts';
import { compare } from '../../cli/replay-command.ts';
import { SpecError } from '../../scenarios/assemble.ts';
import { runBatch } from '../../scenarios/campaign.ts';
import { type FakeBehaviour, fakeEngine, fakeSpec } from './fake-engine.ts';

describe('exit codes', () => {
  it('give way to each other in the order 70, 4, 1, 5, 2, 3', () => {
    const order = [70, 4, 1, 5, 2, 3] as const;
    order.forEach((code, at) => {
      expect(severest(order.slice(at))).toBe(code);
      expect(severest([...order.slice(at)].reverse())).toBe(code);
    });
    expect(severest([])).toBe(0);
    expect(severest([0, 3, 0])).toBe(3);
  });
});

describe('what ends a command', () => {
  it.each([
    ['wrong input', new InputError('no such file'), EXIT.usage],
    ['a spec that names what is not there', new SpecError('unknown mutant'), EXIT.usage],
    ['anything else', new TypeError('a slip of ours'), EXIT.internal],
  ])('by %s has its message and exit code', (_what, error, code) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(report(error)).toBe(code);
    const [[told] = []] = write.mock.calls;
    write.mockRestore();
    expect(told).toContain(`${error.message}\n`);
    expect(String(told).includes('internal error')).toBe(code === EXIT.internal);
  });
});

describe('a replay', () => {
  const spec = fakeSpec('vr/calm', '0x1');
  const result = (behaviour: FakeBehaviour) => fakeEngine(behaviour).run(spec);
  const failing = result({ fails: () => 'L-0001' });
  const passing = result({});
  const { traceHash } = failing;
  const otherHash = 'f'.repeat(16);

  it.each([
    ['passes as recorded', { spec, traceHash }, passing, EXIT.passed],
    ['fails as recorded', { spec, traceHash, signature: 'L-0001' }, failing, EXIT.violated],
    ['has another trace', { spec, traceHash: otherHash }, passing, EXIT.stale],
    ['has another trace and fails', { spec, traceHash: otherHash }, failing, EXIT.stale],
    ['has no record and passes', { spec }, passing, EXIT.passed],
    ['has no record and fails', { spec }, failing, EXIT.violated],
    [
      'is expected to fail and does',
      { spec, traceHash, signature: 'L-0001', expect: 'fail' as const },
      failing,
      EXIT.passed,
    ],
    [
      'is expected to fail and fails otherwise',
      { spec, traceHash, signature: 'I-0002', expect: 'fail' as const },
      failing,
      EXIT.stale,
    ],
    [
      'is expected to fail and passes',
      { spec, traceHash, signature: 'L-0001', expect: 'fail' as const },
      passing,
      EXIT.stale,
    ],
    [
      'is expected to pass and fails',
      { spec, traceHash, expect: 'pass' as const },
      failing,
      EXIT.violated,
    ],
  ])('that %s', (_title, saved, run, exitCode) => {
    expect(compare(saved, run).exitCode).toBe(exitCode);
  });

  it('of an internal error stays one', () => {
    const broken = fakeEngine({ throws: () => new Error('boom') });
    const campaign = { scenarios: ['vr/calm'], baseSeed: '0x1', settings: {}, determinism: false };
    const { groups } = runBatch(broken, { campaign, from: 0, to: 1 });
    const example = groups[0]?.example;
    if (example === undefined) throw new Error('the engine did not throw');
    expect(compare({ spec }, example).exitCode).toBe(EXIT.internal);
  });
});
