import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hunt } from '../../bench/hunt-one.ts';
import { HuntStore, type Measured } from '../../bench/hunt-store.ts';
import { cellText, scoreboardPage } from '../../bench/scoreboard.ts';
import { mutants } from '../../protocols/index.ts';
import { strategies, strategyNamed } from '../../scenarios/strategies.ts';

const CAP = 60;
const found = (cpuSeconds: number, seeds: number): Measured => ({
  cpuSeconds,
  seeds,
  foundBy: 'agreement',
  cap: CAP,
});
const missed: Measured = { cpuSeconds: 60.02, seeds: 40_000, cap: CAP };

describe('a cell of the scoreboard', () => {
  it('gives the median, the range, and the median of the seeds', () => {
    const hunts = [found(3, 900), found(0.5, 120), found(12.345, 4000)];
    expect(cellText(hunts, CAP)).toBe('3.00 (0.50–12.3) s / 900');
  });

  it('counts what was not found as the cap, and says that it is more', () => {
    expect(cellText([found(3, 900), missed, missed], CAP)).toBe('> 60 (3.00–> 60) s / 40000');
    expect(cellText([missed, missed], CAP)).toBe('> 60 s');
    expect(cellText([found(1, 5), found(2, 9), missed], CAP)).toContain('2.00 (1.00–> 60) s');
  });
});

describe('the scoreboard', () => {
  const [first, second] = mutants;
  if (first === undefined || second === undefined) throw new Error('no mutants');
  const page = scoreboardPage({
    rows: [
      { mutant: first, protocol: 'vr', hunts: new Map([['mix', [found(2, 7)]]]) },
      {
        mutant: second,
        protocol: 'vr',
        hunts: new Map([
          ['mix', [found(5, 9)]],
          ['swarm', [missed]],
        ]),
      },
    ],
    strategies: [strategyNamed('mix'), strategyNamed('swarm')],
    bases: 1,
    cap: CAP,
    measuredOn: 'a machine',
  });

  it('names what was not found, by which strategy', () => {
    expect(page).toContain(`- **${second.id}** (${second.summary}): not by swarm`);
    expect(page).not.toContain(`- **${first.id}** (`);
  });

  it('ends in the medians over all mutants, of those that were measured', () => {
    expect(page).toContain('| median of all 2 | 5.00 s | > 60 s |');
    expect(page).toContain('| not found by half of the base seeds | 0 | 1 |');
  });

  it('leaves a gap where nothing was measured', () => {
    expect(page).toMatch(new RegExp(`\\| ${first.id} \\|.*\\| 2.00 .* \\| – \\|`));
  });
});

describe('what has been hunted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-hunts-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'hunts.json');
  const cell = { mutant: 'VR-1', strategy: 'mix', baseSeed: 'base-0', code: 'abc' };

  it('is read again by the next run, and only for the same code', () => {
    new HuntStore(path).set(cell, found(2.5, 10));
    const again = new HuntStore(path);
    expect(again.get(cell, CAP)).toEqual(found(2.5, 10));
    expect(again.get({ ...cell, code: 'def' }, CAP)).toBeUndefined();
    expect(again.get({ ...cell, baseSeed: 'base-1' }, CAP)).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['hunts.json']);
  });

  it('is hunted again where the cap was lower, and cut where it was higher', () => {
    const store = new HuntStore(path);
    store.set(cell, { ...missed, cap: 10, cpuSeconds: 10 });
    expect(store.get(cell, CAP)).toBeUndefined();
    expect(store.get(cell, 10)?.foundBy).toBeUndefined();
    store.set(cell, found(30, 500));
    expect(store.get(cell, 10)).toEqual({ seeds: 500, cpuSeconds: 10, cap: 10 });
  });

  it('does not lose what another process has written', () => {
    const one = new HuntStore(path);
    const other = new HuntStore(path);
    one.set({ ...cell, strategy: 'swarm' }, found(1, 1));
    other.set({ ...cell, strategy: 'uniform' }, found(2, 2));
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('abc VR-1 swarm');
    expect(text).toContain('abc VR-1 uniform');
  });

  it('goes when it is of other code', () => {
    const store = new HuntStore(path);
    store.keep((code) => code === 'def');
    expect(store.get(cell, CAP)).toBeUndefined();
  });
});

describe('a hunt', () => {
  const request = { protocol: 'vr', baseSeed: 'test', cap: 20 };

  it.each(strategies)('by $name finds an easy bug, and what objects to it', ({ name }) => {
    const hunted = hunt({ ...request, mutant: 'VR-13', strategy: name });
    expect(hunted.foundBy).toMatch(/^\w+/);
    expect(hunted.seeds).toBeGreaterThan(0);
  });

  it('of nothing ends at its cap', () => {
    const hunted = hunt({ ...request, strategy: 'mix', cap: 0.2 });
    expect(hunted.foundBy).toBeUndefined();
    expect(hunted.cpuSeconds).toBeGreaterThanOrEqual(0.2);
  });
});
