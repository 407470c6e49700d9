import { afterAll, describe, expect, it } from 'vitest';
import { start, temporaryFolder } from './binary.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const ESCAPE = '\u001b[';

describe('colour', () => {
  it.each([
    ['is there where it is asked for', { NO_COLOR: '', FORCE_COLOR: '1' }, true],
    ['is not there where it is asked for and refused', { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['is refused by whatever NO_COLOR is set to', { NO_COLOR: '0', FORCE_COLOR: '3' }, false],
    ['is not there where it is asked to be away', { NO_COLOR: '', FORCE_COLOR: '0' }, false],
  ])('%s', async (_title, variables, isColoured) => {
    const words = ['run', 'single/calm', '--seed', '1'];
    const { code, stdout } = await start(words, folder.path, '', variables).ended;
    expect(stdout.includes(ESCAPE)).toBe(isColoured);
    expect(code).toBe(0);
  });
});
