/** What the assertions about histories say of them, in the runner's own words. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { type HistoryOperation, readHistories } from '../../checker/index.ts';
import { historyMatchers } from '../../testing/matchers.ts';

expect.extend(historyMatchers);

const write = (process: number, value: number, call: number, end: number): HistoryOperation => {
  return { process, f: 'write', value, call, return: end };
};
const read = (process: number, output: number, call: number, end: number): HistoryOperation => {
  return { process, f: 'read', output, call, return: end };
};

const FRESH = [write(0, 1, 0, 10), read(1, 1, 20, 30)];
const STALE = [write(0, 1, 0, 10), write(0, 2, 20, 30), read(1, 1, 40, 50)];
const stale = readHistories(
  readFileSync(new URL('../../docs/examples/stale-read.ndjson', import.meta.url), 'utf8'),
);

/** The message of what has to fail. */
function complaintOf(assertion: () => unknown): string {
  try {
    assertion();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('the assertion passed');
}

describe('expect(history).toBeLinearizable', () => {
  it('passes operations that an order explains, by a named model or by one of its own', () => {
    expect(FRESH).toBeLinearizable('register');
    expect(FRESH).toBeLinearizable({
      name: 'anything goes',
      init: () => null,
      step: (state) => ({ ok: true, next: state }),
    });
    expect([]).toBeLinearizable('kv');
  });

  it('says of a stale read who read what, when, and which operations show it', () => {
    expect(complaintOf(() => expect(STALE).toBeLinearizable('register'))).toBe(
      [
        'expected the history to be linearizable: register, 3 operations',
        '',
        '  c1 read = 1 at 50, but write = 2 by c0 had completed at 30',
        '',
        '  All 3 operations matter:',
        '    c0  write = 1   0 to 10',
        '    c0  write = 2  20 to 30',
        '  ✗ c1  read = 1   40 to 50  cannot come next',
        '  Longest order that explains a part: write = 1 by c0, then write = 2 by c0; ' +
          'the state is then 2',
        '',
        'To look closer, write it to a file (writeQuorumlabHistory of quorumlab/checker), and run',
        'quorumlab check FILE --html report.html',
      ].join('\n'),
    );
  });

  it('takes what readHistories returns, with the model and initial value that it names', () => {
    expect(stale).not.toBeLinearizable();
    expect(stale[0]).not.toBeLinearizable();
    expect([read(0, 7, 0, 10)]).toBeLinearizable('register', { initial: 7 });
  });

  it('shows the order that explains a history where there should be none', () => {
    expect(complaintOf(() => expect(FRESH).not.toBeLinearizable('register'))).toBe(
      [
        'expected the history not to be linearizable: register, 2 operations',
        'This order explains every answer:',
        '  1. write = 1 by c0, 0 to 10',
        '  2. read = 1 by c1, 20 to 30',
      ].join('\n'),
    );
  });

  it('fails both ways where the budget is too small for a verdict', () => {
    const budget = { maxSteps: 1 };
    const reason = 'the history could not be judged: out of steps: counter, 3 operations';
    const twice = [...STALE.slice(0, 2).map((each) => ({ ...each, f: 'add' })), read(1, 3, 40, 50)];
    for (const assertion of [
      () => expect(twice).toBeLinearizable('counter', budget),
      () => expect(twice).not.toBeLinearizable('counter', budget),
    ]) {
      expect(complaintOf(assertion)).toContain(reason);
    }
    const late = complaintOf(() =>
      expect(twice).toBeLinearizable('counter', { shouldStop: () => true }),
    );
    expect(late).toContain('out of time');
    expect(twice).toBeLinearizable('counter');
  });

  it.each([
    ['a number', 7, 'expected a history'],
    ['an array of numbers', [7], 'expected a history'],
    ['operations without a model', FRESH, 'name no model'],
    ['a history of no known model', { model: 'regster', initial: null, operations: [] }, 'regster'],
  ])('refuses %s', (_title, received, message) => {
    expect(complaintOf(() => expect(received).toBeLinearizable())).toContain(message);
    expect(complaintOf(() => expect(received).not.toBeLinearizable())).toContain(message);
  });
});

describe('expect(history).toBeConsistent', () => {
  it('holds a history against a level', () => {
    expect(STALE).toBeConsistent('sequential', 'register');
    expect(STALE).toBeConsistent({ staleness: { by: 'versions', most: 1 } }, 'register');
    expect(STALE).not.toBeConsistent({ staleness: { by: 'time', most: 5 } }, 'register');
  });

  it('says at which level a history fails, and why', () => {
    const back = [...STALE.slice(0, 2), read(1, 2, 40, 50), read(1, 1, 60, 70)];

    const complaint = complaintOf(() => expect(back).toBeConsistent('sessions', 'register'));

    expect(complaint).toContain('expected the history to be consistent (sessions): register, 4');
    expect(complaint).toContain('c1 read = 1 at 70 after its read = 2');
    expect(complaint).toContain('  ✗ c1  read = 1   60 to 70\n');
  });

  it('shows of one that should fail how it does not', () => {
    const complaint = complaintOf(() => expect(FRESH).not.toBeConsistent('sequential', 'register'));

    expect(complaint).toContain('expected the history not to be consistent (sequential)');
    expect(complaint).toContain('  2. read = 1 by c1, 20 to 30');
  });

  it('refuses a model that does not say enough for a level', () => {
    const operations: HistoryOperation[] = [{ process: 0, f: 'dequeue', call: 0, return: 1 }];

    expect(() => expect(operations).toBeConsistent('sessions', 'queue')).toThrow(
      'model queue cannot be checked for session guarantees',
    );
  });
});

/** As a test in JavaScript asks: anything may be given for anything. */
type Matchers = Record<'toBeLinearizable' | 'toBeConsistent', (...given: unknown[]) => void>;
const untyped = (received: unknown): Matchers & { readonly not: Matchers } => {
  const assertion: object = expect(received);
  return assertion as Matchers & { readonly not: Matchers };
};

describe('what is asked for by mistake is an error, with and without not:', () => {
  const wrong = { ...read(1, 7, 20, 30), f: 'wirte' };

  test.each<[string, (assertion: Matchers) => void, string]>([
    [
      'a level that there is none of',
      (history) => history.toBeConsistent('sequental', 'register'),
      'unknown level "sequental"; expected one of linearizable, sequential, sessions',
    ],
    [
      'a model in place of the level',
      (history) => history.toBeConsistent('register'),
      'unknown level "register"',
    ],
    [
      'a bound of another shape',
      (history) => history.toBeConsistent({ staleness: { by: 'tim', most: 1 } }, 'register'),
      "staleness by: expected 'time' or 'versions', found \"tim\"",
    ],
    [
      'a model that does not know the operations',
      (history) => history.toBeLinearizable('queue'),
      'operation 0 (write by process 0): model queue expects f to be enqueue or dequeue',
    ],
    [
      'options in place of the model',
      (history) => history.toBeLinearizable({ initial: 5 }),
      'expected a model, with init and step, found an object with initial',
    ],
    [
      'a time in words',
      (history) => history.toBeLinearizable('register', { timeMs: '1s' }),
      'option timeMs: expected a number from 0 on, found "1s"',
    ],
    [
      'an option that there is none of',
      (history) => history.toBeLinearizable('register', { timeout: 5 }),
      'the matcher has no option "timeout"; expected one of shouldStop, maxSteps, maxMemoryBytes,',
    ],
    [
      'an initial value that the model has no state for',
      (history) => history.toBeLinearizable('list', { initial: 5 }),
      'expected initial of a list to be an array or null, found 5',
    ],
  ])('%s', (_title, assert, message) => {
    expect(complaintOf(() => assert(untyped(STALE)))).toContain(message);
    expect(complaintOf(() => assert(untyped(STALE).not))).toContain(message);
  });

  test.each([
    ['one that is misspelt', wrong, 'operation 3 (wirte by process 1): model register expects f'],
    ['null', null, 'operation 3: expected an operation, found null'],
    ['one with no times', { process: 1, f: 'read' }, 'expected call and return, and found no call'],
    ['a misspelt answer', { ...FRESH[0], ouptut: 1 }, 'found "ouptut"'],
  ])('among the operations, %s', (_title, operation, message) => {
    const operations = [...STALE, operation];
    const history = { model: 'register', initial: null, operations };

    for (const [received, model] of [[operations, 'register'], [history], [[history]]] as const) {
      expect(complaintOf(() => untyped(received).toBeLinearizable(model))).toContain(message);
      expect(complaintOf(() => untyped(received).not.toBeLinearizable(model))).toContain(message);
    }
  });
});
