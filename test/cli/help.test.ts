/** What `--help` prints. */
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
const { columns } = process.stdout;
afterAll(() => {
  process.stdout.columns = columns;
  folder.remove();
});

describe('on a terminal of 80 columns', () => {
  it('no example of check is broken in the middle of its command', async () => {
    process.stdout.columns = 80;

    const { stdout } = await quorumlab(folder.path, 'check', '--help');

    const [, after = ''] = stdout.split('Examples:\n');
    const [examples = ''] = after.split('\n\n');
    const lines = examples.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/^ {2}quorumlab check \S.* {2,}\S/);
  });
});
