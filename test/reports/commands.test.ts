import { describe, expect, it } from 'vitest';
import {
  repeatCommand,
  replayFailureCommand,
  replayOriginalCommand,
  replaySavedCommand,
  replaySeedCommand,
} from '../../reports/commands.ts';
import { renderReport } from '../../reports/html.ts';
import { renderJunit } from '../../reports/junit.ts';
import { formatCampaign } from '../../reports/terminal.ts';
import { buildViewer } from './build.ts';
import { fixtureCampaign } from './fixture-campaign.ts';
import { fixtureRun } from './fixture-run.ts';

const ASKED = { mutant: 'VR-3', flags: ['--nodes', '5', '--set', 'batch=a b'] };
const SEED = { scenario: 'vr/chaos', seed: '0x1f' };

describe('a printed command', () => {
  it('says everything that the seed alone does not hold', () => {
    expect(replaySeedCommand('vr/chaos', '0x1f', ASKED)).toBe(
      "quorumlab replay vr/chaos@0x1f --mutant VR-3 --nodes 5 --set 'batch=a b'",
    );
  });

  it('quotes what a shell would take apart', () => {
    expect(replaySeedCommand('vr/chaos', "it's;x")).toBe("quorumlab replay 'vr/chaos@it'\\''s;x'");
    expect(replaySavedCommand('failures/L 1.json', 'out')).toBe(
      "quorumlab replay 'out/failures/L 1.json'",
    );
  });

  it('asks for the second run that a failure of determinism takes, once', () => {
    const twice = { flags: ['--determinism'] };
    const bare = 'quorumlab replay vr/chaos@0x1f';
    expect(replayFailureCommand({ oracle: 'determinism' }, SEED, {})).toBe(`${bare} --determinism`);
    expect(replayFailureCommand({ oracle: 'determinism' }, SEED, twice)).toBe(
      `${bare} --determinism`,
    );
    expect(replayFailureCommand({ oracle: 'linearizability' }, SEED, {})).toBe(bare);
  });

  it('goes with the campaign up to it where a run varies an earlier one', () => {
    const guided = { ...fixtureCampaign(), strategy: 'guided', mutant: 'VR-3' } as const;
    const place = { ...SEED, index: 700, isVaried: true };
    const upToIt = '--strategy guided --base-seed 0x5eed --seeds 701';
    const oracle = 'linearizability';
    expect(replayFailureCommand({ oracle }, place, guided)).toBe(
      `quorumlab fuzz vr --mutant VR-3 ${upToIt}`,
    );
    const shards = { count: 4, held: [2] };
    expect(replayFailureCommand({ oracle }, place, { ...guided, shards })).toBe(
      `quorumlab fuzz vr --mutant VR-3 ${upToIt} --shard 3/4`,
    );
  });

  it('replays a varied run that was shrunk from the file that keeps it', () => {
    const seeds = [{ ...SEED, index: 700, isVaried: true }] as const;
    const group = { oracle: 'linearizability', seeds, originalAs: 'originals/L-7f3a.json' };
    expect(replayOriginalCommand(group, fixtureRun(), {}, 'out')).toBe(
      'quorumlab replay out/originals/L-7f3a.json',
    );
  });

  it('repeats a merged campaign part by part where each part was guided by itself', () => {
    const guided = { ...fixtureCampaign(), strategy: 'guided' } as const;
    const parts = [
      { from: 0, to: 50 },
      { from: 50, to: 90, shards: { count: 2, held: [1] } },
    ];
    const seeds = 'quorumlab fuzz vr --mutant VR-3 --strategy guided --base-seed 0x5eed --seeds';
    expect(repeatCommand({ ...guided, parts })).toBe(`${seeds} 50 && ${seeds} 50..90 --shard 2/2`);
  });

  it('repeats a piece of a campaign under the shortest names', () => {
    const piece = { ...fixtureCampaign(), ...ASKED, from: 40, to: 80 };
    expect(repeatCommand(piece, ['vr'])).toBe(
      "quorumlab fuzz vr --mutant VR-3 --nodes 5 --set 'batch=a b' " +
        '--base-seed 0x5eed --seeds 40..80',
    );
  });
});

describe('the options of a campaign', () => {
  const campaign = { ...fixtureCampaign(), flags: ['--nodes', '5'] };
  const [, second] = campaign.groups[0]?.seeds ?? [];
  const replaySecond = replaySeedCommand(second?.scenario ?? '', second?.seed ?? '', {
    mutant: 'VR-3',
    flags: campaign.flags,
  });

  it('stand in every command of the terminal', () => {
    const text = formatCampaign(campaign);
    expect(text).toContain('replay vr/partitions@0x9c41f0 --mutant VR-3 --nodes 5\n');
    expect(text).toContain('--mutant VR-3 --nodes 5 --base-seed 0x5eed --seeds 1000');
  });

  it('stand in every command of the JUnit file', () => {
    const replays = renderJunit(campaign, 'out').match(/quorumlab replay vr.*/g) ?? [];
    expect(replays.length).toBeGreaterThan(3);
    expect(replays.filter((line) => !line.includes('--mutant VR-3 --nodes 5'))).toEqual([]);
    expect(replays.join('\n')).toContain(replaySecond);
  });

  it('stand in the commands of the HTML file, where a shorter selection may too', () => {
    buildViewer();
    const html = renderReport({ campaign, runs: [], repeat: 'quorumlab fuzz vr --nodes 5' });
    expect(html).toContain('<code>quorumlab replay vr/partitions@0x77 --mutant VR-3 --nodes 5<');
    expect(html).toContain('<code>quorumlab fuzz vr --nodes 5</code>');
  });

  it('are replaced by the file where a run came out of one', () => {
    const html = renderReport({ runs: [fixtureRun()], replay: () => 'quorumlab replay a.json' });
    expect(html).toContain('<code>quorumlab replay a.json</code>');
  });
});
