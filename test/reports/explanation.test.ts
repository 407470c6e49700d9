import { describe, expect, it } from 'vitest';
import { eventInWords, fateInWords } from '../../reports/event-words.ts';
import { explanationLines, otherFaults, sentencesOf } from '../../reports/explanation.ts';
import type { EventRecord } from '../../sim/record.ts';
import { fixtureExplanation } from './fixture-explanation.ts';
import { fixtureRun } from './fixture-run.ts';

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

  it('shows the chance from the start where it rises in the very first events', () => {
    const points = fixtureExplanation().points.map((point) =>
      point.event === 0
        ? point
        : { ...point, time: Math.max(1, point.time), failed: 12, tries: 12 },
    );
    const lines = explanationLines(fixtureExplanation({ points }), { blocks: true });
    const top = lines.find((line) => line.startsWith(' 100 %'));
    const bottom = lines[lines.indexOf(top ?? '') + 3];
    expect(top).toBe(` 100 %│ ${'█'.repeat(59)}`);
    expect(bottom).toBe(`      │▃${'█'.repeat(59)}`);
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
    const fixed = fixtureExplanation({ verdict: 'plan', jumps: [], points, isNetworkDrawn: false });
    expect(sentencesOf(fixed)[0]).toMatch(/^The plan and its fixed network decide it: /);
    const { network } = fixtureRun().spec;
    const shrunk = fixtureExplanation({ verdict: 'plan', jumps: [], points, network });
    expect(sentencesOf(shrunk)[0]).toMatch(/^Nearly any course of events leads to it: .* 64 of 64/);
    await expect(text).toMatchFileSnapshot('golden/explanation-plan.txt');
  });

  it('says so when time or budget ran out, and names the events that are left', () => {
    if (largest === undefined) throw new Error('the fixture has a jump');
    const before = { ...largest.before, event: 400 };
    const jumps = [{ ...largest, before, records: [], sent: [], parting: undefined }].map(
      ({ parting: _parting, ...jump }) => jump,
    );
    const sentences = sentencesOf(fixtureExplanation({ jumps, cut: 'time' }));
    expect(sentences[0]).toBe('It hinges on what is drawn in events 401 to 412, up to 350.200 ms.');
    expect(sentences.at(-1)).toBe(
      'This took 1,240 runs, and all of its time: it could be told more exactly.',
    );
  });

  it('tells what left in the event where no run escapes it', () => {
    if (largest === undefined) throw new Error('the fixture has a jump');
    const { parting: _parting, ...jump } = largest;
    const arrived = { ...jump.sent[0], kind: 'deliver', node: 3, peer: 0, time: 352_200 } as const;
    const { fate: _fate, ...second } = { ...arrived, event: 413, index: 602 };
    const jumps = [{ ...jump, sent: [second, ...jump.sent] }];
    expect(sentencesOf(fixtureExplanation({ jumps }))[2]).toBe(
      'Sent in it: Reply n0→c2 is lost · Reply n0→c0 takes 2 ms.',
    );
  });

  it('tells of a message that never comes in one of the two runs', () => {
    if (largest === undefined) throw new Error('the fixture has a jump');
    const [lost] = largest.sent;
    if (lost === undefined) throw new Error('the fixture sends something');
    const timer: EventRecord = { index: 7, event: 413, time: 353_000, kind: 'timer', node: 1 };
    const copy = { ...lost, kind: 'deliver', node: 5, peer: 0, fate: 'duplicate' } as const;
    const none = { shared: 601, fields: [], isSameThing: false } as const;
    const parting = { ...none, a: { ...copy, time: 353_200 }, b: timer };
    expect(sentencesOf(fixtureExplanation({ jumps: [{ ...largest, parting }] }))[2]).toBe(
      'In a run that fails, a second copy of Reply n0→c2 takes 3 ms; ' +
        'in one that escapes, a second copy of Reply n0→c2 does not arrive.',
    );
  });

  it('tells the type of a message that was corrupted, as the other run has it', () => {
    if (largest === undefined) throw new Error('the fixture has a jump');
    const { a, b } = largest.parting ?? {};
    if (a === undefined || b === undefined) throw new Error('the fixture has an escape');
    const corrupt = { ...b, label: 'Unreadable', fate: 'corrupt' } as const;
    const parting = { shared: 601, fields: [], isSameThing: true, a: corrupt, b };
    expect(sentencesOf(fixtureExplanation({ jumps: [{ ...largest, parting }] }))[2]).toBe(
      'In a run that fails, Reply n0→c2 takes 1.25 ms and is unreadable; ' +
        'in one that escapes, Reply n0→c2 takes 1.25 ms.',
    );
  });

  it('tells a state that changes in one of the two runs only', () => {
    if (largest === undefined) throw new Error('the fixture has a jump');
    const restart: EventRecord = { index: 9, event: 413, time: 400_000, kind: 'restart', node: 1 };
    const same = { shared: 601, fields: ['summary'], isSameThing: true } as const;
    const parting = { ...same, a: { ...restart, summary: 'log 3' }, b: restart };
    expect(sentencesOf(fixtureExplanation({ jumps: [{ ...largest, parting }] }))[2]).toBe(
      'In a run that fails, n1 restarts at 400.000 ms as log 3; ' +
        'in one that escapes, n1 restarts at 400.000 ms as it was.',
    );
  });

  it('does not tell the same of both runs', () => {
    if (largest === undefined) throw new Error('the fixture has a jump');
    const [lost] = largest.sent;
    if (lost === undefined) throw new Error('the fixture sends something');
    const later = { ...lost, time: lost.time + 500 };
    const parting = {
      shared: 601,
      fields: ['time'],
      isSameThing: true,
      a: lost,
      b: later,
    } as const;
    expect(sentencesOf(fixtureExplanation({ jumps: [{ ...largest, parting }] }))[2]).toBe(
      'Sent in it: Reply n0→c2 is lost.',
    );
  });

  it('of a shrunk run says what its messages meet where they are drawn anew', () => {
    const network = {
      delay: { kind: 'uniform', min: 100, spread: 900 },
      ...{ drop: 13_992, duplicate: 0, corrupt: 0, reorder: 0, reorderBy: 0 },
    } as const;
    expect(sentencesOf(fixtureExplanation({ network })).at(-1)).toBe(
      'Drawn anew, it goes on in the network that it was shrunk from: ' +
        'messages take 100 µs to 1 ms, 1.4 % lost.',
    );
  });

  it('of a minimal run does not say of any fault that it makes no difference at all', () => {
    expect(otherFaults(fixtureExplanation())).toEqual([
      'Other faults: 1 makes no difference that shows, 1 was not tried.',
    ]);
    expect(otherFaults(fixtureExplanation({ isMinimal: true }))).toEqual([
      'Other faults: 1 was not tried.',
      'The run as it is shown needs each of its faults. Drawn anew from where it strikes, ' +
        'this one makes no difference that shows: crash n0 at 320 ms.',
    ]);
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
