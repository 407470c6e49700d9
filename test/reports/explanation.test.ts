import { describe, expect, it } from 'vitest';
import { eventInWords, fateInWords } from '../../reports/event-words.ts';
import { explanationLines, sentencesOf } from '../../reports/explanation.ts';
import type { EventRecord } from '../../sim/record.ts';
import { fixtureExplanation } from './fixture-explanation.ts';

const [largest, smaller] = fixtureExplanation().jumps;

function textOf(...parameters: Parameters<typeof explanationLines>): string {
  return `${explanationLines(...parameters).join('\n')}\n`;
}

describe('the text of an explanation', () => {
  it('names the event, the chances, what was drawn, and the faults that matter', async () => {
    await expect(textOf(fixtureExplanation(), { blocks: true })).toMatchFileSnapshot(
      'golden/explanation-jump.txt',
    );
  });

  it('is plain ASCII in its graph where block characters do not show', async () => {
    const graph = explanationLines(fixtureExplanation()).filter((line) =>
      /^[ 01%]{6}[|+]/.test(line),
    );
    expect(graph).toHaveLength(5);
    for (const line of graph) expect(line).toMatch(/^[ -~]*$/);
    await expect(textOf(fixtureExplanation())).toMatchFileSnapshot('golden/explanation-ascii.txt');
  });

  it('without a decisive event tells where the chance passes one half', async () => {
    const jumps = smaller === undefined ? [] : [smaller];
    const text = textOf(fixtureExplanation({ verdict: 'gradual', jumps }), { blocks: true });
    await expect(text).toMatchFileSnapshot('golden/explanation-gradual.txt');
  });

  it('of a failure that the plan decides has no graph', async () => {
    const [start] = fixtureExplanation().points;
    const points =
      start === undefined ? [] : [{ ...start, failed: 64, tries: 64, low: 0.943, high: 1 }];
    const text = textOf(fixtureExplanation({ verdict: 'plan', jumps: [], points }));
    expect(text).not.toContain('%|');
    await expect(text).toMatchFileSnapshot('golden/explanation-plan.txt');
  });

  it('says so when time or budget ran out, and names the events that are left', () => {
    if (largest === undefined) throw new Error('the fixture has a jump');
    const before = { ...largest.before, event: 400 };
    const jumps = [{ ...largest, before, records: [], sent: [], escape: undefined }].map(
      ({ escape: _escape, ...jump }) => jump,
    );
    const sentences = sentencesOf(fixtureExplanation({ jumps, cut: 'time' }));
    expect(sentences[0]).toBe('It hinges on what is drawn in events 401 to 412, up to 350.200 ms.');
    expect(sentences.at(-1)).toBe(
      'This took 1,240 runs, and all of its time: it could be told more exactly.',
    );
  });

  it('tells of runs that fail in another way', () => {
    if (largest === undefined) throw new Error('the fixture has a jump');
    const jumps = [{ ...largest, before: { ...largest.before, other: 7 } }];
    expect(sentencesOf(fixtureExplanation({ jumps }))[1]).toContain(
      'fail the same way and 7 in another;',
    );
  });
});

describe('an event in words', () => {
  const at = { index: 0, event: 3, time: 5_000 } as const;
  const message = { label: 'Prepare', sentAt: 4_000, ordinal: 0 } as const;

  it.each<[string, EventRecord[]]>([
    ['n1 receives Prepare from n0', [{ ...at, ...message, kind: 'deliver', node: 1, peer: 0 }]],
    [
      'n1 receives a second copy of Prepare from n0',
      [{ ...at, ...message, kind: 'deliver', node: 1, peer: 0, fate: 'duplicate' }],
    ],
    [
      'n1 receives an unreadable message from n0',
      [{ ...at, kind: 'deliver', node: 1, peer: 0, label: 'Unreadable', fate: 'corrupt' }],
    ],
    ['the timer retry of c0 expires', [{ ...at, kind: 'timer', node: 3, label: 'retry' }]],
    [
      'what n2 has written becomes durable, which reaches elected',
      [
        { ...at, kind: 'durable', node: 2 },
        { ...at, kind: 'mark', node: 2, label: 'elected' },
      ],
    ],
    [
      'n2 receives Prepare from n0, which reaches elected; n2 crashes',
      [
        { ...at, ...message, kind: 'deliver', node: 2, peer: 0 },
        { ...at, kind: 'mark', node: 2, label: 'elected' },
        { ...at, kind: 'crash', node: 2 },
        { ...at, kind: 'fault', label: 'crash', fault: 0 },
      ],
    ],
    [
      'n0 crashes',
      [
        { ...at, kind: 'fault', label: 'crash' },
        { ...at, kind: 'crash', node: 0 },
      ],
    ],
    ['the fault partition sets in', [{ ...at, kind: 'fault', label: 'partition' }]],
    ['nothing is recorded', []],
  ])('is %s', (words, records) => {
    expect(eventInWords(records, 3)).toBe(words);
  });

  it('tells what became of a message', () => {
    const deliver: EventRecord = { ...at, ...message, kind: 'deliver', node: 1, peer: 0 };
    const drop: EventRecord = { ...at, ...message, kind: 'drop', node: 0, peer: 3, fate: 'loss' };
    expect(fateInWords(deliver, 3)).toBe('Prepare n0→n1 takes 1 ms');
    expect(fateInWords({ ...deliver, fate: 'duplicate' }, 3)).toBe(
      'a second copy of Prepare n0→n1 takes 1 ms',
    );
    expect(fateInWords(drop, 3)).toBe('Prepare n0→c0 is lost');
    expect(fateInWords({ ...drop, fate: 'cut' }, 3)).toBe('Prepare n0→c0 meets a cut link');
    expect(fateInWords({ ...drop, fate: 'down' }, 3)).toBe('Prepare n0→c0 finds its receiver down');
  });
});
