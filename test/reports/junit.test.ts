import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../reports/junit.ts';
import { fixtureCampaign } from './fixture-campaign.ts';
import { fixtureExplanation } from './fixture-explanation.ts';

describe('JUnit XML', () => {
  const xml = renderJunit(fixtureCampaign(), 'out');

  it('has a suite for each scenario, a case for each signature and one for the rest', () => {
    expect(xml.match(/<testsuite /g)).toHaveLength(3);
    expect(xml).toContain('<testsuite name="vr/partitions" tests="4" failures="3"');
    expect(xml).toContain('name="every other seed"');
  });

  it('tells in each failure how to replay it', () => {
    expect(xml).toContain('quorumlab replay out/L-7f3a.json');
    expect(xml).toContain('quorumlab replay vr/partitions@0x7740 --mutant VR-3');
  });

  it('tells in a failure what decides it', () => {
    const campaign = fixtureCampaign();
    const explanation = fixtureExplanation();
    const groups = campaign.groups.map((group) => ({ ...group, explanation }));
    expect(renderJunit({ ...campaign, groups })).toContain('It hinges on event 412 at 350.200 ms');
    expect(xml).not.toContain('It hinges on');
  });

  it('has a suite for the corpus, and a case for what in it is not as expected', () => {
    expect(xml).toContain('<testsuite name="corpus" tests="3" failures="1" errors="0" skipped="1"');
    expect(xml).toContain('quorumlab replay corpus/vr/L-0001.json');
    expect(xml).toContain('12 of 14 saved failures as expected');
    const { corpus: _corpus, ...without } = fixtureCampaign();
    expect(renderJunit(without)).not.toContain('corpus');
  });

  it('keeps what a message holds inside its element', () => {
    const campaign = fixtureCampaign();
    const groups = campaign.groups.map((group) => ({ ...group, message: ']]> <b>\u0001 &' }));
    const hostile = renderJunit({ ...campaign, groups });
    const outside = hostile.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '');
    expect(outside).toContain('message="]]> &lt;b');
    expect(outside).not.toContain('<b>');
    expect(hostile).not.toContain('\u0001');
  });

  it('is the same for the same campaign, whenever it is written', () => {
    const { metadata: _metadata, ...campaign } = fixtureCampaign();
    expect(renderJunit(campaign, 'out')).toBe(xml);
  });

  it('skips the rest where no seed passed', () => {
    const campaign = fixtureCampaign();
    const totals = { ...campaign.totals, passed: 0 };
    expect(renderJunit({ ...campaign, totals })).toContain('<skipped/>');
  });
});
