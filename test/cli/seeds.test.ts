import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOfScenario, normaliseSeed, runSeed } from '../../scenarios/seeds.ts';

describe('normaliseSeed', () => {
  it('gives numbers one form, whatever their base, case and leading zeros', () => {
    for (const text of ['31', '0031', '0x1f', '0X1F', '0x00001F']) {
      expect(normaliseSeed(text)).toBe('0x1f');
    }
    expect(normaliseSeed('0')).toBe('0x0');
    expect(normaliseSeed('18446744073709551615')).toBe('0xffffffffffffffff');
  });

  it('keeps other printable text as it is, such as a commit id', () => {
    const commit = '4f2a9c1d0b3e5f6a7c8d9e0f1a2b3c4d5e6f7a8b';
    const short = ['4f2a9c1', '12345e7', '1234e56', '1e2f', '9e'];
    const texts = ['deadbeef', 'a', 'e5', 'nightly-2026', 'v1.5', 'grün', '$(x)'];
    for (const text of [...texts, ...short, commit]) expect(normaliseSeed(text)).toBe(text);
  });

  it('refuses what is meant as a number and is none of 64 bits', () => {
    const texts = ['-1', '+1', '-0x1', '-', '1.5', '.5', '5.', '1.5.2', '1e3', '1E3', '10e20'];
    const hex = ['0x', '0X', '0xg', '0x1.8', '0x10000000000000000'];
    const large = ['18446744073709551616', `1${'0'.repeat(63)}`];
    for (const text of [...texts, ...hex, ...large]) expect(normaliseSeed(text)).toBeUndefined();
  });

  it('refuses what is empty, too long, or holds space, @ or what cannot be seen', () => {
    const texts = [
      '',
      ' ',
      'a b',
      'a@b',
      '\t',
      'a\n',
      'a\u00a0b',
      'a\u200bb',
      '\u001b[0m',
      'x'.repeat(65),
    ];
    for (const text of texts) expect(normaliseSeed(text)).toBeUndefined();
    expect(normaliseSeed('x'.repeat(64))).toBe('x'.repeat(64));
    // Characters are counted, not code units.
    expect(normaliseSeed('🜁'.repeat(64))).toBe('🜁'.repeat(64));
  });

  it('leaves a normal form alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (text) => {
        const seed = normaliseSeed(text);
        if (seed !== undefined) expect(normaliseSeed(seed)).toBe(seed);
      }),
    );
  });
});

describe('runSeed', () => {
  it('has not changed since seeds were first written down', () => {
    expect(runSeed('0x5eed', 'chaos', 0)).toBe('0xc93d940dc14ba205');
    expect(runSeed('0x5eed', 'chaos', 1)).toBe('0xcb260ef59e7e7f89');
    expect(runSeed('0x5eed', 'calm', 0)).toBe('0x2d053a7400f9385e');
    expect(runSeed('nightly', 'chaos', 123_456)).toBe('0x81a8a7947ed9db01');
  });

  it('is in normal form and does not repeat', () => {
    const seen = new Set<string>();
    for (const base of ['0x0', '0x1', 'x']) {
      for (const name of ['chaos', 'calm']) {
        for (let index = 0; index < 5_000; index++) {
          const seed = runSeed(base, name, index);
          expect(normaliseSeed(seed)).toBe(seed);
          seen.add(seed);
        }
      }
    }
    expect(seen.size).toBe(30_000);
  });

  it('scatters neighbouring indices over all bits', () => {
    const ones = Array.from({ length: 64 }, () => 0);
    const count = 4_000;
    for (let index = 0; index < count; index++) {
      let bits = BigInt(runSeed('0x1', 'chaos', index));
      for (let bit = 0; bit < 64; bit++, bits >>= 1n) {
        if ((bits & 1n) === 1n) ones[bit] = (ones[bit] ?? 0) + 1;
      }
    }
    for (const set of ones) {
      expect(set / count).toBeGreaterThan(0.45);
      expect(set / count).toBeLessThan(0.55);
    }
  });
});

describe('nameOfScenario', () => {
  it('is the same for every protocol', () => {
    expect(nameOfScenario('vr/chaos')).toBe('chaos');
    expect(nameOfScenario('chain2/chaos')).toBe('chaos');
  });
});
