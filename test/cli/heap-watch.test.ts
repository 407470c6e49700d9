import { afterAll, describe, expect, test } from 'vitest';
import { type Ended, start, temporaryFolder } from './binary.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const WORDS = ['fuzz', 'vr/calm', '--seeds', '60', '--base-seed', '1', '-j', '1'];

/** A process: its workers write past its streams, to the descriptor itself. */
function fuzz(variables: { readonly [name: string]: string }): Promise<Ended> {
  return start(WORDS, folder.path, '', variables).ended;
}

describe('QUORUMLAB_HEAP', () => {
  test('makes each worker tell what is left of its heap', async () => {
    const { code, stderr } = await fuzz({ QUORUMLAB_HEAP: '0.05' });
    expect(code).toBe(0);
    const [, used = 'nothing'] =
      /heap of worker \d+: ([\d.]+) MB after [\d.]+ min/.exec(stderr) ?? [];
    expect(Number(used)).toBeGreaterThan(1);
  });

  test('is silent when it is not set', async () => {
    const { stderr } = await fuzz({ QUORUMLAB_HEAP: '' });
    expect(stderr).not.toContain('heap of worker');
  });
});
