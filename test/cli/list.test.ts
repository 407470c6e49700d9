import { afterAll, describe, expect, it } from 'vitest';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { type Ended, temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const run = (...words: readonly string[]): Promise<Ended> => quorumlab(folder.path, ...words);

describe('quorumlab list, completion and help', () => {
  it('lists every scenario, in text and in JSON', async () => {
    const text = await run('list', 'scenarios');
    const json: readonly { id: string }[] = JSON.parse(
      (await run('list', 'scenarios', '--json')).stdout,
    );
    expect(json.map(({ id }) => id)).toEqual(scenarios.map(({ id }) => id));
    for (const { id } of scenarios) expect(text.stdout).toContain(id);
  });

  it('says in lines that fit what a scenario expects beyond what all do', async () => {
    const { stdout } = await run('list', 'scenarios');
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(stdout).not.toContain('no oracle objects');
    const [id, about, expected] = lines.slice(lines.findIndex((line) => /D14/.test(line)));
    expect(id).toMatch(/^ {2}vr\/clients +D14: /);
    expect(`${about}${expected}`).toMatch(/lost and duplicated requests .* clients +that crash/);
  });

  it.each(['protocols', 'faults', 'marks', 'oracles', 'models', 'mutants'])(
    'lists %s',
    async (kind) => {
      const { code, stdout } = await run('list', kind);
      expect(code).toBe(0);
      expect(stdout.trim()).not.toBe('');
    },
  );

  it('completes scenarios', async () => {
    const { stdout } = await run('--get-yargs-completions', 'quorumlab', 'run', 'vr/cal');
    expect(stdout.trim().split('\n')).toEqual(['vr/calm']);
  });

  it.each([
    [['fuzz', 'vr/cal'], ['vr/calm']],
    [['fuz'], ['fuzz']],
    [['fuzz', 'vr', '--see'], ['--seeds']],
    [
      ['fuzz', 'vr', '--reporter', 'j'],
      ['json', 'junit'],
    ],
    [['run', '--determinism', 'vr/cal'], ['vr/calm']],
    [['list', 'sc'], ['scenarios']],
    [
      ['completion', ''],
      ['bash', 'zsh'],
    ],
    [['check', 'histo'], []],
    [['run', 'nonesuch/'], []],
  ])('completes %j, and says nothing else', async (words, found) => {
    const ended = await run('--get-yargs-completions', 'quorumlab', ...words);
    expect(ended.stdout.split('\n').slice(0, -1)).toEqual(found);
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('prints a completion script for bash and for zsh', async () => {
    const first = { bash: '# quorumlab completion for bash', zsh: '#compdef quorumlab' };
    for (const shell of ['bash', 'zsh'] as const) {
      const { code, stdout, stderr } = await run('completion', shell);
      expect(stdout.startsWith(first[shell])).toBe(true);
      expect(stdout).toContain('--get-yargs-completions');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
    expect((await run('completion')).code).toBe(0);
    expect((await run('completion', '--help')).stdout).toContain('bash or zsh');
    const refused = await run('completion', 'fish');
    expect(refused.stderr).toBe('quorumlab: completion is for bash or zsh, not "fish"\n');
    expect(refused.code).toBe(2);
  });

  it('shows help and version on stdout and exits 0', async () => {
    for (const words of [['--help'], ['fuzz', '--help']]) {
      const { code, stdout, stderr } = await run(...words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('quorumlab fuzz');
    }
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
