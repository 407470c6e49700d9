import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../cli/hints.ts';
import { parseBytes, parseCount, parseMilliseconds, parseRange } from '../../cli/quantities.ts';

describe('quantities', () => {
  it('take times with a unit and refuse them without', () => {
    expect(parseMilliseconds('90s')).toBe(90_000);
    expect(parseMilliseconds('1.5m')).toBe(90_000);
    expect(parseMilliseconds('250ms')).toBe(250);
    expect(parseMilliseconds('500us')).toBe(0.5);
    for (const text of ['90', '', 's', '5 parsecs', '-5s', '1e3s']) {
      expect(parseMilliseconds(text)).toBeUndefined();
    }
  });

  it('take whole numbers, with separators between digits', () => {
    expect(parseCount('1000')).toBe(1000);
    expect(parseCount('200,000')).toBe(200_000);
    expect(parseCount('1_000')).toBe(1000);
    for (const text of ['', '-1', '1.5', '1e3', '0x10', ',1', '99999999999999999999']) {
      expect(parseCount(text)).toBeUndefined();
    }
  });

  it('take a number of seeds or a piece of indices', () => {
    expect(parseRange('1000')).toEqual({ from: 0, to: 1000 });
    expect(parseRange('1000..3000')).toEqual({ from: 1000, to: 3000 });
    for (const text of ['', '0', '5..5', '9..3', '1..', '..5', '1..2..3', 'a..b']) {
      expect(parseRange(text)).toBeUndefined();
    }
  });

  it('take sizes in powers of 1024', () => {
    expect(parseBytes('300MB')).toBe(300 * 1024 * 1024);
    expect(parseBytes('2g')).toBe(2 * 1024 ** 3);
    expect(parseBytes('512 KiB')).toBe(512 * 1024);
    expect(parseBytes('1000')).toBe(1000);
    for (const text of ['', 'MB', '-1MB', '3 apples']) expect(parseBytes(text)).toBeUndefined();
  });
});

describe('a hint', () => {
  const flags = ['seed', 'seeds', 'nodes', 'max-events', 'base-seed'];

  it('names what is a slip away, or begins like it', () => {
    expect(didYouMean('sed', flags, '--')).toBe(' (did you mean --seed?)');
    expect(didYouMean('ndoes', flags, '--')).toBe(' (did you mean --nodes?)');
    expect(didYouMean('max', flags, '--')).toBe(' (did you mean --max-events?)');
  });

  it('names what has it as one of its words, unless another one begins so', () => {
    const marks = ['primary-elected', 'view-change-started', 'recovery-started'];
    expect(didYouMean('elected', marks)).toBe(' (did you mean primary-elected?)');
    expect(didYouMean('max', ['events-max', 'max-events'])).toBe(' (did you mean max-events?)');
    expect(didYouMean('lected', ['primary-elected'])).toBe('');
  });

  it('is not given for what resembles nothing', () => {
    expect(didYouMean('frobnicate', flags)).toBe('');
    expect(didYouMean('x', flags)).toBe('');
  });
});
