import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sentencesOf } from '../../reports/explanation.ts';
import { type Ended, interrupted, temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const run = (...words: readonly string[]): Promise<Ended> => quorumlab(folder.path, ...words);

function json(path: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(readFileSync(join(folder.path, path), 'utf8'));
}

/** A client that retries under a new request number shows in any lossy run. */
const CAMPAIGN = ['fuzz', 'vr/lossy', '--mutant', 'CL-1', '-x', '1', '--base-seed', '1'];

describe('quorumlab fuzz', () => {
  let fuzzed: Ended;

  beforeAll(async () => {
    fuzzed = await run(...CAMPAIGN, '--reporter', 'line,json,blob');
  });

  it('explains each failure in its text', () => {
    expect(fuzzed.code).toBe(1);
    expect(fuzzed.stdout).toMatch(/^ {2}(It hinges on|No event decides|No single|The plan)/m);
    expect(fuzzed.stdout.indexOf('drawn anew')).toBeLessThan(fuzzed.stdout.indexOf('replay '));
  });

  it('puts the explanation into the campaign in full, and into the saved failure in brief', () => {
    const [group] = json('quorumlab-out/campaign.json').groups;
    const { explanation } = group;
    expect(explanation.points[0]).toMatchObject({ event: 0, time: 0, tries: 64 });
    const saved = json(`quorumlab-out/${group.savedAs}`);
    expect(saved.explanation).toMatchObject({ verdict: explanation.verdict });
    for (const sentence of saved.explanation.sentences) {
      expect(fuzzed.stdout.replaceAll(/\n +/g, ' ')).toContain(sentence);
    }
    expect(saved.explanation).not.toHaveProperty('points');
  });

  it('is about the run that it stands beside, shrunk or not', async () => {
    const { stdout } = await run(...CAMPAIGN, '--shrink', 'off', '--out-dir', 'whole');
    for (const out of ['quorumlab-out', 'whole']) {
      const [{ explanation, example }] = json(`${out}/campaign.json`).groups;
      expect(explanation.traceHash).toBe(example.traceHash);
      expect(explanation.event).toBe(example.failures[0].event);
    }
    const goesOn = 'it goes on in the network that it was shrunk from';
    expect(fuzzed.stdout.replaceAll(/\n +/g, ' ')).toContain(goesOn);
    expect(stdout.replaceAll(/\n +/g, ' ')).not.toContain(goesOn);
  });

  it('is told in the same words when the saved failure is explained again', async () => {
    const [{ savedAs }] = json('quorumlab-out/campaign.json').groups;
    const saved = `quorumlab-out/${savedAs}`;
    const { stdout } = await run('replay', saved, '--explain', '--json');
    const { explanation, traceHash } = JSON.parse(stdout);
    expect(explanation.traceHash).toBe(traceHash);
    expect(sentencesOf(explanation)).toEqual(json(saved).explanation.sentences);
  });

  it('tells it again from a part of a campaign', async () => {
    const blob = readdirSync(join(folder.path, 'quorumlab-out')).find((name) => /^blob/.test(name));
    const { stdout } = await run('report', `quorumlab-out/${blob}`, '--reporter', 'line');
    const explained = /^ {2}(It hinges on|No event decides|No single|The plan)[^.]*/m;
    expect(explained.exec(stdout)?.[0]).toBe(explained.exec(fuzzed.stdout)?.[0]);
  });

  it('refuses a part whose explanation is none', async () => {
    const campaign = json('quorumlab-out/campaign.json');
    campaign.groups[0].explanation.points[0].low = 'none';
    writeFileSync(join(folder.path, 'wrong.json'), JSON.stringify(campaign));
    const { code, stderr } = await run('report', 'wrong.json');
    expect(code).toBe(2);
    expect(stderr).toContain('groups[0].explanation.points[0].low');
  });

  it('does without where that is asked for', async () => {
    const { stdout } = await run(...CAMPAIGN, '--explain', 'off', '--out-dir', 'bare');
    expect(stdout).not.toContain('drawn anew');
    const [group] = json('bare/campaign.json').groups;
    expect(group).not.toHaveProperty('explanation');
    expect(json(`bare/${group.savedAs}`)).not.toHaveProperty('explanation');
  });

  it('refuses another word than on or off', async () => {
    const { code, stderr } = await run(...CAMPAIGN, '--explain', 'maybe');
    expect(code).toBe(2);
    expect(stderr).toContain('--explain takes on or off, not "maybe"');
  });
});

describe('quorumlab replay --explain', () => {
  it('explains the failure of a seed, and prints it as JSON', async () => {
    const seed = 'vr/lossy@0x1';
    const text = await run('replay', seed, '--mutant', 'CL-1', '--explain');
    expect(text.code).toBe(1);
    expect(text.stdout).toContain('drawn anew');
    const { stdout } = await run('replay', seed, '--mutant', 'CL-1', '--explain', '--json');
    const result = JSON.parse(stdout);
    expect(result.explanation.traceHash).toBe(result.traceHash);
    expect(result.explanation.signature).toBe(result.failures[0].signature);
  });

  it('explains a saved failure, which without it is only run again', async () => {
    const saved = `quorumlab-out/${json('quorumlab-out/campaign.json').groups[0].savedAs}`;
    const explained = await run('replay', saved, '--explain');
    expect(explained.stdout).toContain('drawn anew');
    expect(explained.stdout).toContain('the trace hash is the same as recorded');
    expect((await run('replay', saved)).stdout).not.toContain('drawn anew');
  });

  it('tells, when it is interrupted, what it knows until then', async () => {
    const words = ['replay', 'vr/lossy@0x1', '--mutant', 'CL-1', '--explain'];
    const { code, stdout, stderr } = await interrupted(words, folder.path);
    expect(stdout).toMatch(/^FAIL {2}vr\/lossy@0x1 /);
    expect(stdout).toMatch(/^ {2}replay /m);
    expect(`${stdout}${stderr}`).toMatch(/not explained: it was interrupted|more exactly/);
    expect(code).toBe(130);
  });

  it('has nothing to explain in a run that passes', async () => {
    const { code, stdout } = await run('replay', 'vr/lossy@0x1', '--explain');
    expect(code).toBe(0);
    expect(stdout).not.toContain('drawn anew');
  });
});
