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

  it('lists what some protocols have of their own, and what all share', async () => {
    const idsOf = async (...words: readonly string[]): Promise<readonly string[]> => {
      const { stdout } = await run('list', ...words, '--json');
      const items: readonly { id: string }[] = JSON.parse(stdout);
      return items.map(({ id }) => id);
    };
    const ids = await idsOf('scenarios', 'op', 'craq');
    expect(ids).toEqual(
      scenarios.flatMap(({ id, protocol }) => (['op', 'craq'].includes(protocol) ? id : [])),
    );
    expect(await idsOf('protocols', 'vr')).toEqual(['vr']);
    expect(await idsOf('marks', 'op')).toContain('log-synchronised');
    expect(await idsOf('marks', 'vr')).not.toContain('log-synchronised');
    const bugs = await idsOf('mutants', 'vr');
    expect(bugs).toEqual(expect.arrayContaining(['VR-3', 'SM-3']));
    expect(bugs).not.toContain('MP-1');
  });

  it.each([
    [['scenarios', 'cra'], 'there is no protocol "cra" (did you mean craq?)'],
    [['marks', 'raft'], 'there is no protocol "raft": there are vr, mp, chain, craq, op, single'],
    [['faults', 'op'], 'list faults has no use for "op": only of scenarios, protocols, marks and'],
    [['op'], 'list needs to know what of op: list scenarios op, say'],
    [['scenario'], 'not "scenario" (did you mean scenarios?)'],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await run('list', ...words);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each([
    [['run', 'D18'], '(did you mean vr/quorum-loss, mp/quorum-loss, chain/quorum-loss, craq/'],
    [['run', 'op/D18'], '"op/D18" (did you mean op/quorum-loss?)'],
    [['fuzz', 'op/d16'], '(did you mean op/compacted-follower or op/compacted-leader?)'],
    [['run', 'vr/D4'], '(did you mean vr/no-majority or vr/unpause?)'],
    [['run', 'op/D99'], 'there is no scenario "op/D99"; see quorumlab list scenarios'],
    [['compare', 'D18', '--protocol', 'vr'], '"D18" (did you mean quorum-loss?)'],
  ])('names the scenarios of a number: %j', async (words, message) => {
    const { code, stderr } = await run(...words);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

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
    [['list', 'marks', 'cra'], ['craq']],
    [['compare', 'quorum'], ['quorum-loss']],
    [['compare', 'calm', '--protocol', 'vr'], ['vr']],
    [
      ['completion', ''],
      ['bash', 'zsh'],
    ],
    [['check', 'histo'], []],
    [['check', '--model', 'cas'], ['cas-register']],
    [
      ['check', '--format', 'jepsen'],
      ['jepsen-edn', 'jepsen-log'],
    ],
    [['check', '--level', 'lin'], ['linearizable']],
    [
      ['check', '--failed-cas', ''],
      ['observed', 'absent'],
    ],
    [['check', 'x', '--ht'], ['--html']],
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
