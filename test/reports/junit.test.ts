import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../reports/junit.ts';
import { withExpectation } from '../../scenarios/campaign-merge.ts';
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
    const { corpus: _corpus, ...campaign } = fixtureCampaign();
    expect(renderJunit(campaign)).not.toContain('<skipped/>');
    const byScenario = campaign.byScenario.map((totals) => ({ ...totals, passed: 0 }));
    expect(renderJunit({ ...campaign, byScenario })).toContain('<skipped/>');
  });

  it('has no suite for a scenario that never ran, nor a case for seeds there are none of', () => {
    const { corpus: _corpus, ...campaign } = fixtureCampaign();
    const failing = { scenario: 'vr/chaos', seeds: 2, passed: 0, failed: 2, inconclusive: 0 };
    const only = renderJunit({ ...campaign, byScenario: [failing] });
    expect(only).toContain('tests="3" failures="3" errors="0" skipped="0">\n  <testsuite ');
    expect(only).not.toContain('vr/partitions" tests');
    expect(only).not.toContain('every other seed');
  });

  it('tells of each scenario what its own seeds came to', () => {
    expect(xml).toContain('489 of 500 seeds passed, 10 failed, 1 inconclusive');
    expect(xml).toContain('481 of 500 seeds passed, 18 failed, 1 inconclusive');
  });

  it('passes no scenario whose failing seeds no group names', () => {
    const { corpus: _corpus, ...campaign } = fixtureCampaign();
    const calm = { scenario: 'vr/calm', seeds: 9, passed: 7, failed: 2, inconclusive: 0 };
    const unnamed = renderJunit({ ...campaign, byScenario: [calm] });
    expect(unnamed).toContain('<testsuite name="vr/calm" tests="2" failures="1"');
    expect(unnamed).toContain('2 seeds failed in ways that other suites tell');
  });

  it('passes a failure that was expected and found, and keeps what it is', () => {
    const { corpus: _corpus, ...campaign } = fixtureCampaign();
    const found = renderJunit(withExpectation(campaign, 'L-7f3a'), 'out');
    expect(found).toContain('<testsuites name="quorumlab" tests="9" failures="0"');
    expect(found).toContain('<system-out><![CDATA[c2 read x = 1, but write x = 4');
    expect(found).toContain('L-7f3a was expected and found');
  });

  it('fails where a failure was expected and not found', () => {
    const { corpus: _corpus, ...campaign } = fixtureCampaign();
    const calm = { scenario: 'vr/calm', seeds: 9, passed: 9, failed: 0, inconclusive: 0 };
    const clean = { ...campaign, groups: [], byScenario: [calm] };
    const missed = renderJunit(withExpectation(clean, ''));
    expect(missed).toContain('<testsuites name="quorumlab" tests="2" failures="1"');
    expect(missed).toContain('message="a failure was expected, but not found"');
    // Others do not stand in for the one that was named.
    expect(renderJunit(withExpectation(campaign, 'L-0000'))).toContain('tests="9" failures="7"');
  });
});
