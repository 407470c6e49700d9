import { afterAll, describe, expect, test, vi } from 'vitest';
import { quorumlab, temporaryFolder } from './binary.ts';

const folder = temporaryFolder();
afterAll(() => {
  vi.unstubAllEnvs();
  folder.remove();
});

const WORDS = ['fuzz', 'vr/calm', '--seeds', '60', '--base-seed', '1', '-j', '1'];

describe('QUORUMLAB_HEAP', () => {
  test('makes each worker tell what is left of its heap', async () => {
    vi.stubEnv('QUORUMLAB_HEAP', '0.05');
    const { code, stderr } = await quorumlab(folder.path, ...WORDS);
    expect(code).toBe(0);
    const [, used = 'nothing'] =
      /heap of worker \d+: ([\d.]+) MB after [\d.]+ min/.exec(stderr) ?? [];
    expect(Number(used)).toBeGreaterThan(1);
  });

  test('is silent when it is not set', async () => {
    vi.stubEnv('QUORUMLAB_HEAP', '');
    const { stderr } = await quorumlab(folder.path, ...WORDS);
    expect(stderr).not.toContain('heap of worker');
  });
});
