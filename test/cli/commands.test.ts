import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CampaignResult, FailureGroup } from '../../scenarios/campaign-types.ts';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { normaliseSeed } from '../../scenarios/seeds.ts';
import { type Ended, quorumlab, temporaryFolder } from './binary.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const run = (...words: readonly string[]): Promise<Ended> => quorumlab(folder.path, ...words);

function read(path: string): string {
  return readFileSync(join(folder.path, path), 'utf8');
}

function campaignIn(outDir: string): CampaignResult {
  const campaign: CampaignResult = JSON.parse(read(`${outDir}/campaign.json`));
  return campaign;
}

/** The words of the first printed command that begins like this, without `quorumlab`. */
function printed(text: string, label: string): string[] {
  const line = text.split('\n').find((each) => each.trimStart().startsWith(label));
  return (line ?? '').replace(/^.*quorumlab /, '').split(' ');
}

/** `CL-1`, a client that retries under a new request number, shows within a few seeds. */
const MUTANT = ['--mutant', 'CL-1'];

describe('quorumlab run', () => {
  it('draws a seed if none is given, prints it, and its replay gives the same trace', async () => {
    const first = await run('run', 'vr/calm');
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^PASS {2}vr\/calm@0x[0-9a-f]+ /);
    const again = await run(...printed(first.stdout, 'replay'));
    expect(again.stdout).toBe(first.stdout);
  });

  it('gives the same in another process, event by event', async () => {
    const words = ['run', 'vr/chaos', '--seed', '7', '--print', 'events,state,ops'];
    const [one, two] = await Promise.all([run(...words), run(...words)]);
    expect(one.stdout).toBe(two.stdout);
    expect(one.stdout.split('\n').length).toBeGreaterThan(100);
  });

  it('numbers the events of its log by the count of the simulation', async () => {
    const words = ['run', 'vr/calm', '--seed', '7', '--print', 'events'];
    const { stdout } = await run(...words, '--trace', 'numbered.ndjson');
    const printedNumbers = [...stdout.matchAll(/^ *([\d,]+) +[\d,]+\.\d{3} ms /gm)].map(
      ([, number = '']) => Number(number.replaceAll(',', '')),
    );
    const recorded = read('numbered.ndjson').trimEnd().split('\n').slice(1);
    expect(printedNumbers.length).toBeGreaterThan(100);
    expect(printedNumbers).toEqual(recorded.map((line) => JSON.parse(line).event));
  });

  it('prints one JSON object a scenario', async () => {
    const { stdout } = await run('run', 'vr/calm', 'vr/chaos', '-s', '0x7', '--json');
    const runs = stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(runs).toMatchObject([
      { format: 'quorumlab-run/1', spec: { scenario: 'vr/calm', seed: '0x7' } },
      { format: 'quorumlab-run/1', spec: { scenario: 'vr/chaos', seed: '0x7' } },
    ]);
  });

  it('obeys the simulation options and repeats them in its replay command', async () => {
    const options = ['--nodes', '5', '--clients', '2', '--ops', '9', '--set', 'durability=durable'];
    const { stdout } = await run('run', 'vr/calm', '-s', '7', ...options, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      spec: { replicas: 5, clients: 2, options: { durability: 'durable' } },
      counts: { invoked: 9 },
    });
    const text = (await run('run', 'vr/calm', '-s', '7', ...options)).stdout;
    expect(printed(text, 'replay')).toEqual(['replay', 'vr/calm@0x7', ...options]);
  });

  it('exits 3 when a bound left no verdict', async () => {
    const { code, stdout } = await run('run', 'vr/chaos', '-s', '5', '--max-events', '50');
    expect(stdout).toMatch(/^UNKNOWN/);
    expect(code).toBe(3);
  });

  it('exits 1 when a property is violated', async () => {
    const found = await run('fuzz', 'vr', ...MUTANT, '--seeds', '200', '-x', '1', '--out-dir', 'v');
    const original = printed(found.stdout, 'original');
    const { code, stdout } = await run('run', ...toRun(original));
    expect(stdout).toMatch(/^FAIL/);
    expect(code).toBe(1);
  });

  /** `replay vr/x@seed --mutant M` as `vr/x --seed seed --mutant M`. */
  function toRun(words: readonly string[]): string[] {
    const [, target = '', ...options] = words;
    const [scenario = '', seed = ''] = target.split('@');
    return [scenario, '--seed', seed, ...options];
  }

  it('writes an event log and an HTML report on demand', async () => {
    const { stdout } = await run(
      'run',
      'vr/calm',
      '-s',
      '7',
      '--trace',
      't/log.ndjson',
      '--html',
      'r.html',
    );
    const [head, ...events] = read('t/log.ndjson').trimEnd().split('\n');
    expect(JSON.parse(head ?? '')).toEqual({ scenario: 'vr/calm', seed: '0x7' });
    expect(events.length).toBeGreaterThan(100);
    for (const event of events) expect(JSON.parse(event)).toHaveProperty('kind');
    expect(read('r.html')).toMatch(/^<!doctype html>/);
    expect(stdout).toContain('r.html');
  });
});

describe('quorumlab fuzz', () => {
  it('comes to the same with any number of jobs, but for the metadata', async () => {
    const results = await Promise.all(
      ['1', '2', '3'].map(async (jobs) => {
        const outDir = `jobs-${jobs}`;
        const words = ['--seeds', '120', '--base-seed', '0x5eed', '-j', jobs, '--out-dir', outDir];
        // How far an explanation gets depends on how fast the machine is.
        await run('fuzz', 'vr', ...MUTANT, ...words, '--explain', 'off');
        const { metadata, ...campaign } = campaignIn(outDir);
        expect(metadata?.jobs).toBe(Number(jobs));
        return JSON.stringify(campaign);
      }),
    );
    expect(results[1]).toBe(results[0]);
    expect(results[2]).toBe(results[0]);
    expect(results[0]).toContain('"verdict":"failed"');
  });

  it('comes to the same with any number of jobs where it is guided', async () => {
    const results = await Promise.all(
      ['1', '2', '8'].map(async (jobs) => {
        const outDir = `guided-${jobs}`;
        const small = ['--ops', '8', '--nodes', '3', '--clients', '2', '--duration', '60ms'];
        const words = ['--seeds', '800', '--base-seed', '0x5eed', '-j', jobs, '--out-dir', outDir];
        const guided = ['--strategy', 'guided', '--explain', 'off'];
        await run('fuzz', 'vr', ...guided, ...MUTANT, ...small, ...words);
        const { metadata, ...campaign } = campaignIn(outDir);
        expect(metadata?.jobs).toBe(Number(jobs));
        return JSON.stringify(campaign);
      }),
    );
    expect(results[1]).toBe(results[0]);
    expect(results[2]).toBe(results[0]);
    expect(results[0]).toContain('"strategy":"guided"');
  }, 60_000);

  it('prints commands that work when pasted: saved failure, its seed, the campaign', async () => {
    const words = ['--seeds', '60', '--set', 'clientRetry=70000', '--out-dir', 'pasted'];
    const { stdout, stderr, code } = await run('fuzz', 'vr', ...MUTANT, ...words);
    expect(code).toBe(1);
    expect(stderr).not.toContain('\r');
    expect(stderr).not.toContain('\u001b');
    const [group] = campaignIn('pasted').groups;
    const saved = await run(...printed(stdout, 'replay'));
    expect(saved.code).toBe(1);
    expect(saved.stdout).toContain('the trace hash is the same as recorded');
    expect(saved.stdout).toContain(group?.example.traceHash);
    const original = await run(...printed(stdout, 'original'));
    expect(original.code).toBe(1);
    expect(original.stdout).toContain(`sig ${group?.provisional}`);
    expect(original.stdout).not.toContain(group?.example.traceHash);
    const repeat = printed(stdout, 'repeat:');
    expect(repeat).toContain('clientRetry=70000');
    expect(repeat.slice(0, 2)).toEqual(['fuzz', 'vr']);
    const html = read('pasted/report.html');
    expect(html).toContain(`<code>quorumlab ${repeat.join(' ')}</code>`);
    expect(html).toContain(`<code>quorumlab ${printed(stdout, 'original').join(' ')}</code>`);
    await run(...repeat, '--out-dir', 'repeated');
    expect(campaignIn('repeated').totals).toEqual(campaignIn('pasted').totals);
  });

  it('in time mode says how many it ran, without a gap, and can be repeated', async () => {
    const { stdout } = await run('fuzz', 'vr/calm', '--time', '1s', '--out-dir', 'timed');
    const timed = campaignIn('timed');
    expect(timed.finished).toBe(timed.to);
    expect(timed.finished).toBeGreaterThan(0);
    await run(...printed(stdout, 'repeat:'), '--out-dir', 'timed-again');
    const { metadata: _one, ...first } = timed;
    const { metadata: _two, ...second } = campaignIn('timed-again');
    expect(second).toEqual(first);
  });

  it('exits 0 on an expected failure and 5 without one, and stops when it is found', async () => {
    const found = await run(
      'fuzz',
      'vr',
      ...MUTANT,
      '--expect-failure',
      '--time',
      '60s',
      '--out-dir',
      'e',
    );
    expect(found.code).toBe(0);
    const [{ signature, provisional }] = campaignIn('e').groups as [FailureGroup];
    const named = await run(
      'fuzz',
      'vr',
      ...MUTANT,
      `--expect-failure=${provisional}`,
      '--out-dir',
      'n',
    );
    expect(named.code).toBe(0);
    const replayed = await run('replay', `e/failures/${signature}.json`);
    expect(replayed.stdout).toContain(`it fails as expected, with ${signature}`);
    expect(replayed.code).toBe(0);
    const none = await run('fuzz', 'vr/calm', '--expect-failure', '--seeds', '5', '--out-dir', 'e');
    expect(none.code).toBe(5);
  });

  it('exits 3 when runs came to no verdict, and says how to replay them', async () => {
    const words = ['--seeds', '5', '--max-events', '40', '--out-dir', 'undecided'];
    const { code, stdout } = await run('fuzz', 'vr/chaos', ...words);
    expect(stdout).toContain('5 unknown');
    expect(code).toBe(3);
    expect((await run(...printed(stdout, 'replay'))).code).toBe(3);
  });

  it('goes round the scenarios it was given', async () => {
    await run('fuzz', 'vr/calm', 'vr/lossy', '--seeds', '4', '--out-dir', 'round');
    expect(campaignIn('round').scenarios).toEqual(['vr/calm', 'vr/lossy']);
  });

  it('writes what reporters were asked for, and nothing half', async () => {
    const reporters = ['--reporter', 'json,junit,html,blob'];
    const words = ['--seeds', '10..30', '--out-dir', 'reports'];
    const { stdout } = await run('fuzz', 'vr', ...MUTANT, ...words, ...reporters);
    expect(stdout).toBe('');
    const names = readdirSync(join(folder.path, 'reports')).sort();
    expect(names).toEqual([
      'blob-10-30.json',
      'campaign.json',
      'failures',
      'junit.xml',
      'report.html',
    ]);
    expect(campaignIn('reports')).toMatchObject({ from: 10, to: 30, finished: 20 });
    expect(read('reports/junit.xml')).toContain('<testsuite');
  });

  it('tells machines what happens as it happens', async () => {
    const words = ['--seeds', '30', '--reporter', 'ndjson', '--out-dir', 'stream'];
    const { stdout } = await run('fuzz', 'vr', ...MUTANT, ...words);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line): { type: string } => JSON.parse(line));
    expect(lines[0]?.type).toBe('start');
    expect(lines.some((line) => line.type === 'failure')).toBe(true);
    expect(lines.at(-1)).toMatchObject({ type: 'end', verdict: 'failed', totals: { seeds: 30 } });
    expect(existsSync(join(folder.path, 'stream/campaign.json'))).toBe(false);
  });
});

describe('quorumlab report', () => {
  it('merges the parts of a campaign into what the whole would have been', async () => {
    // Parts of a campaign that varies its runs are guided apart, and say so.
    const words = ['fuzz', 'vr', ...MUTANT, '--strategy', 'targeted', '--base-seed', '9'];
    words.push('--reporter');
    await run(...words, 'blob', '--out-dir', 'parts', '--seeds', '0..40');
    await run(...words, 'blob', '--out-dir', 'parts', '--seeds', '40..60');
    await run(...words, 'json', '--out-dir', 'unparted', '--seeds', '60');
    const blobs = ['parts/blob-40-60.json', 'parts/blob-0-40.json'];
    const { code } = await run('report', ...blobs, '--out-dir', 'merged');
    expect(code).toBe(1);
    const { metadata: _one, ...merged } = campaignIn('merged');
    const { metadata: _two, ...whole } = campaignIn('unparted');
    expect(merged).toEqual(whole);
    expect(existsSync(join(folder.path, 'merged/report.html'))).toBe(true);
    const twice = await run('report', ...blobs, 'parts/blob-0-40.json');
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('both hold index 0');
  });
});

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

it('the seed of a drawn campaign is in normal form', async () => {
  await run('fuzz', 'vr/calm', '--seeds', '1', '--out-dir', 'drawn');
  const { baseSeed } = campaignIn('drawn');
  expect(normaliseSeed(baseSeed)).toBe(baseSeed);
});
