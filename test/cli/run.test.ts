import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Ended, start, temporaryFolder } from './binary.ts';
import { printed } from './printed.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const run = (...words: readonly string[]): Promise<Ended> => quorumlab(folder.path, ...words);

function read(path: string): string {
  return readFileSync(join(folder.path, path), 'utf8');
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
    const [one, two] = await Promise.all([run(...words), start(words, folder.path).ended]);
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

  it('prints ballots as people read them, and traces them as they are', async () => {
    for (const [protocol, packed] of [
      ['mp', 1024],
      ['op', 65538],
    ] as const) {
      const words = ['run', `${protocol}/calm`, '--seed', '1', '--print', 'events,state'];
      const { stdout } = await run(...words, '--trace', 'ballots.ndjson');
      expect(stdout).toMatch(/from n\d \{.*\bballot: 1\.\d/);
      expect(stdout).toMatch(/^disk +(ballot|promised) +1\.\d$/m);
      expect(stdout).not.toMatch(/\b(ballot|promised|inReplyTo|followed|acceptedRound):? \d{3}/);
      expect(read('ballots.ndjson')).toContain(`ballot: ${packed}`);
    }
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

  it('leaves out what does not fit, says so, and runs the others', async () => {
    const named = ['vr/availability-3', 'vr/availability-5', 'vr/calm'];
    const { code, stdout, stderr } = await run('run', ...named, '-s', '7', '--nodes', '3');
    expect(stdout.match(/^\w+ {2}vr\/[\w-]+/gm)).toEqual([
      'PASS  vr/availability-3',
      'PASS  vr/calm',
    ]);
    expect(stderr).toContain(
      'quorumlab: left out: vr/availability-5 cannot be drawn like this: its script is for 5 ',
    );
    expect(code).toBe(0);
  });

  it('refuses a scenario that does not fit if it is the only one', async () => {
    const { code, stdout, stderr } = await run('run', 'vr/availability-5', '--nodes', '3');
    expect(stdout).toBe('');
    expect(stderr).toContain('vr/availability-5 cannot be drawn like this: its script is for 5 ');
    expect(stderr).not.toContain('left out');
    expect(code).toBe(2);
  });

  it('exits 3 when a bound left no verdict', async () => {
    const { code, stdout } = await run('run', 'vr/chaos', '-s', '5', '--max-events', '50');
    expect(stdout).toMatch(/^UNKNOWN/);
    expect(code).toBe(3);
  });

  it('exits 1 when a property is violated', async () => {
    const words = ['--seeds', '200', '-x', '1', '--explain', 'off', '--out-dir', 'v'];
    const found = await run('fuzz', 'vr', ...MUTANT, ...words);
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
