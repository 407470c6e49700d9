/** What the page of a history draws, without drawing it: where its orders and its window are. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ConsistencyLevel,
  checkConsistency,
  type History,
  modelNamed,
  readHistories,
} from '../../checker/index.ts';
import { reportedOperations, reportHistory, shownOperations } from '../../cli/shown-history.ts';
import { counterexampleLines, sentenceOf } from '../../reports/counterexample-text.ts';
import { orderWordsAt } from '../../reports/level-words.ts';
import { buildHistoryModel } from '../../reports/viewer/history-model.ts';
import { createView } from '../../reports/viewer/run-view.ts';

function modelAt(level: ConsistencyLevel, history: History) {
  const { model, initial, operations } = history;
  const options = { initial, evidence: true };
  const result = checkConsistency(level, modelNamed(model), operations, options);
  return {
    result,
    ...buildHistoryModel(0, reportHistory(reportedOperations(history, level), history, result)),
  };
}

function staleRead(): History {
  const file = new URL('../../docs/examples/stale-read.ndjson', import.meta.url);
  const [history] = readHistories(readFileSync(file, 'utf8'));
  if (history === undefined) throw new Error('the example holds a history');
  return history;
}

/** Two readers who saw two writes in different orders, which no arbitration allows. */
const DIVIDED: History = {
  model: 'register',
  initial: 0,
  operations: [
    { process: 0, f: 'write', value: 1, call: 1, return: 2 },
    { process: 1, f: 'write', value: 2, call: 1, return: 2 },
    { process: 2, f: 'read', call: 3, return: 4, output: 1 },
    { process: 2, f: 'read', call: 5, return: 6, output: 2 },
    { process: 3, f: 'read', call: 7, return: 8, output: 2 },
    { process: 3, f: 'read', call: 9, return: 10, output: 1 },
    { process: 4, f: 'write', value: 9, call: 9, return: 12 },
  ],
};

const stale = (by: 'time' | 'versions', most: number): ConsistencyLevel => ({
  staleness: { by, most },
});

describe('an order of operations', () => {
  it.each([
    ['linearizable', 'linearizable'],
    ['one version late', stale('versions', 1)],
    ['late by a time of nothing', stale('time', 0)],
    ['sequential', 'sequential'],
    ['late by a time', stale('time', 200)],
    ['late by too little time', stale('time', 100)],
    ['sessions', 'sessions'],
    ['monotonic reads', 'monotonic-reads'],
  ] as const)('is never drawn outside of the operations: %s', (_title, level) => {
    for (const history of [staleRead(), DIVIDED]) {
      const { whole } = modelAt(level, history);
      for (const points of whole.evidence?.drawn ?? []) {
        for (const { operation, time } of points) {
          const { call, return: end } = history.operations[operation]!;
          expect(time).toBeGreaterThanOrEqual(call);
          expect(time).toBeLessThanOrEqual(end ?? Number.POSITIVE_INFINITY);
        }
        const times = points.map(({ time }) => time);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
    }
  });

  it('is told by its steps where it does not keep real time', () => {
    const { whole } = modelAt('sequential', staleRead());
    expect(whole.evidence?.points[0]?.map(({ step, time }) => [step, time])).toEqual([
      [1, 100],
      [2, 790],
      [3, 520],
      [4, 610],
    ]);
    expect(whole.evidence?.drawn[0]?.map(({ step }) => step)).toEqual([1, 3, 4, 2]);
    expect(whole.evidence?.words.hasInstants).toBe(false);
  });

  it('has no states where it is one of the writes alone', () => {
    const { whole } = modelAt('sessions', staleRead());
    expect(whole.evidence?.partial[0]).toEqual({ order: [0, 1], states: [] });
    expect(modelAt('sequential', DIVIDED).whole.evidence?.partial).toEqual([]);
  });

  it('is said to be what its level makes it', () => {
    expect(orderWordsAt().rule).toBe(
      'Each operation takes effect between its call and its return.',
    );
    expect(orderWordsAt('sequential').rule).toContain('need not keep real time');
    expect(orderWordsAt('read-your-writes').heading).toBe('An order of the writes');
    expect(orderWordsAt(stale('versions', 1)).rule).toContain('any of the latest 2 versions');
    expect(orderWordsAt(stale('time', 1500)).rule).toContain('up to 1,500 before its call');
  });
});

describe('a failure', () => {
  it('has no culprit where it is a circle of demands, and shows when the last answer came', () => {
    const { whole, small } = modelAt('sequential', DIVIDED);
    expect(whole.evidence?.stuckAt).toBeUndefined();
    expect(whole.failureTime).toBe(10);
    expect([...(small?.evidence?.members ?? [])]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('has the operation that cannot come next where time counts', () => {
    expect(modelAt('linearizable', staleRead()).whole.evidence?.stuckAt).toBe(3);
    expect(modelAt(stale('time', 100), staleRead()).whole.evidence?.stuckAt).toBe(3);
  });
});

describe('a failure of which no small evidence was found', () => {
  const COUNT = 5_000;
  const FAILING = 3_210;
  const operations = Array.from({ length: COUNT }, (_, place) => {
    const times = { process: place % 10, call: place * 10, return: place * 10 + 95 };
    return place === FAILING
      ? { ...times, f: 'read', output: 'never written' }
      : { ...times, f: 'write', value: place };
  });
  const history: History = { model: 'register', initial: 0, operations };
  const counterexample = {
    object: null,
    failing: FAILING,
    operations: Array.from({ length: FAILING + 1 }, (_, index) => index),
    minimal: false,
    partial: [],
    sentence: 'might name anything',
  };
  const result = { verdict: 'not-linearizable', steps: 1, peakBytes: 1, counterexample } as const;
  const { whole, small } = buildHistoryModel(
    0,
    reportHistory(reportedOperations(history, 'linearizable'), history, result),
  );

  it('has the whole history on its page, and no counterexample', () => {
    expect(whole.history).toHaveLength(COUNT);
    expect(small).toBeUndefined();
  });

  it('has the failing operation marked, in the first row, and the window about it', () => {
    expect(whole.evidence?.stuckAt).toBe(FAILING);
    expect(whole.rows[0]?.operations).toContain(FAILING);
    const { call, return: end } = operations[FAILING]!;
    const { cursor, range } = createView(whole, {});
    expect(cursor.value.time).toBe(end);
    expect(range.value.from).toBeLessThan(call);
    expect(range.value.to).toBeGreaterThan(end);
    const { from, to } = range.value;
    const shown = operations.filter((each) => each.call >= from && each.call <= to);
    expect(shown.length).toBeGreaterThan(40);
    expect(shown.length).toBeLessThan(80);
  });

  it('is told by its sentence, and how much there is to it', () => {
    expect(sentenceOf(counterexample)).toBe(
      `${counterexample.sentence}; 3,211 operations together fail, and perhaps fewer do`,
    );
  });
});

describe('the lines about a failure', () => {
  const linesAt = (level: ConsistencyLevel, history: History): string => {
    const { result } = modelAt(level, history);
    const { counterexample } = result;
    if (counterexample === undefined) throw new Error('it fails');
    const { shown, states } = shownOperations(history, result);
    const of = history.operations.length;
    const settings = { width: 100, mark: (text: string) => text };
    return counterexampleLines({ counterexample, shown, states, of }, settings).join('\n');
  };

  it('say that the operation cannot come next only where the order shown is without it', () => {
    const queue: History = {
      model: 'queue',
      initial: null,
      operations: [
        { process: 0, f: 'enqueue', value: 1, call: 1, return: 2 },
        { process: 0, f: 'enqueue', value: 2, call: 3, return: 50 },
        { process: 1, f: 'dequeue', call: 3, return: 4, output: 2 },
      ],
    };
    const lines = linesAt('sequential', queue);
    expect(lines).toContain('explains a part: enqueue 1 by c0, then enqueue 2 by c0');
    expect(lines).toContain('✗ c0  enqueue 2');
    expect(lines).not.toContain('cannot come next');
    expect(linesAt('linearizable', queue)).toContain(
      '✗ c1  dequeue = 2  3 to  4  cannot come next',
    );
  });
});

describe('the window that a history is opened with', () => {
  const CLIENTS = 10;

  /** Writes one after the other by each client, all of which pass. */
  function writes(count: number): History {
    const operations = Array.from({ length: count }, (_, place) => {
      const call = 1_000 + Math.floor(place / CLIENTS) * 30 + (place % CLIENTS);
      return { process: place % CLIENTS, f: 'write', value: place, call, return: call + 15 };
    });
    return { model: 'register', initial: null, operations };
  }

  it.each([100, 5_000, 50_000])(
    'shows the beginning of %i operations, with little room',
    (count) => {
      const { whole } = modelAt('linearizable', writes(count));
      const { from, to } = createView(whole, {}).range.value;
      expect(from).toBeLessThan(1_000);
      expect(1_000 - from).toBeLessThan((to - from) * 0.05);
      const shown = writes(count).operations.filter(({ call }) => call >= from && call <= to);
      expect(shown.length).toBeGreaterThan(40);
      expect(shown.length).toBeLessThan(80);
    },
  );

  it('shows all of a short history', () => {
    const { whole } = modelAt('linearizable', writes(30));
    const { from, to } = createView(whole, {}).range.value;
    expect([from, to]).toEqual([whole.start, whole.end]);
    expect(1_000 - from).toBeLessThan((to - from) * 0.05);
  });
});
