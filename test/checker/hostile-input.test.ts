/** The readers on damaged input: a history or a located error, never anything else. */

import { expect, test } from 'vitest';
import { checkHistory, HistoryFormatError, readHistories } from '../../checker/index.ts';
import { Dice } from './random-histories.ts';

const texts = {
  'jepsen-edn': `; a run
[{:process 0, :type :invoke, :f :write, :value 1, :time 12}
 {:process 1, :type :invoke, :f :cas, :value [1 2]}
 #jepsen.history.Op{:process 0, :type :ok, :f :write, :value 1, :error "a \\" b"}
 {:process 1, :type :fail, :f :cas, :value [1 2]}
 {:process :nemesis, :type :info, :f :start, :value #{:n1 "n2"}}
 {:process 2, :type :invoke, :f :read, :value nil}
 {:process 2, :type :ok, :f :read, :value 1}]
`,
  'jepsen-log': `INFO  jepsen.util - 0	:invoke	:write	1
INFO  jepsen.util - 1	:invoke	:cas	[1 2]
INFO  jepsen.util - 0	:ok	:write	1
INFO  jepsen.util - 1	:info	:cas	:timed-out
INFO  jepsen.util - 2	:invoke	:read	nil
INFO  jepsen.util - 2	:ok	:read	2
`,
  'porcupine-kv': `{:process 0, :type :invoke, :f :put, :key "0", :value "x 0 0 y"}
{:process 0, :type :ok, :f :put, :key "0", :value "x 0 0 y"}
{:process 1, :type :invoke, :f :get, :key "0", :value nil}
{:process 1, :type :ok, :f :get, :key "0", :value "x 0 0 y"}
`,
  quorumlab: `{"format":"quorumlab-history/1","model":"kv","initial":null}
{"process":0,"f":"put","key":"x","value":{"a":[1,"\\u00e9"]},"call":1,"return":4}
{"process":1,"f":"get","key":"x","call":2,"return":3,"output":null}
{"process":1,"f":"cas","key":"x","value":[null,2],"call":5,"return":null}
`,
} as const;

const formats = Object.entries(texts);
const MUTATIONS = 3_000;
const JUNK = [
  '',
  '"',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  ':',
  '\\',
  '#',
  '-',
  '9',
  'nil',
  '\n',
  '\t',
  ' ',
  '\0',
  '😀',
  ';',
  '[[',
];

/** What came of a text: its verdict, or the error's message; other errors are not caught. */
function outcomeOf(text: string, format?: 'jepsen-edn' | 'quorumlab'): string {
  try {
    const options = format === undefined ? {} : { format };
    return readHistories(text, options)
      .map((history) => checkHistory(history, { maxSteps: 10_000 }).verdict)
      .join();
  } catch (error) {
    if (!(error instanceof HistoryFormatError)) throw error;
    expect(error.line).toBeGreaterThan(0);
    expect(error.column).toBeGreaterThan(0);
    return error.message;
  }
}

test.each(formats)('every truncation of %s gives a verdict or a located error', (_, text) => {
  for (let length = 0; length <= text.length; length++) {
    expect(outcomeOf(text.slice(0, length))).toMatch(
      /^(linearizable|not-linearizable|unknown|line \d+, column \d+: expected .+, found .+)$/s,
    );
  }
});

test.each(formats)('3,000 mutations of %s give a verdict or a located error', (_, text) => {
  const dice = new Dice(text.length);
  for (let round = 0; round < MUTATIONS; round++) {
    let mutated: string = text;
    for (let change = 0; change <= dice.below(3); change++) {
      const at = dice.below(mutated.length + 1);
      const removed = dice.below(4);
      mutated = mutated.slice(0, at) + dice.pick(JUNK) + mutated.slice(at + removed);
    }
    expect(outcomeOf(mutated)).toMatch(/^(linearizable|not-linearizable|unknown|line \d+)/);
  }
});

test.each(formats)('a line taken out of %s is never passed over in silence', (_, text) => {
  const lines = text.split('\n');
  const invocations = lines.flatMap((line, index) => (/:invoke/.test(line) ? [index] : []));
  for (const index of invocations) {
    const without = lines.filter((_line, each) => each !== index).join('\n');
    expect(outcomeOf(without)).toMatch(/^line \d+, column \d+: expected /);
  }
});

test('nesting a hundred thousand deep is refused, not run out of stack on', () => {
  expect(outcomeOf('['.repeat(100_000), 'jepsen-edn')).toMatch(/^line 1, column \d+: expected/);
  expect(outcomeOf('#a '.repeat(100_000), 'jepsen-edn')).toMatch(/^line 1, column \d+: expected/);
  expect(outcomeOf('#_ '.repeat(100_000), 'jepsen-edn')).toMatch(/^line 1, column \d+: expected/);
  expect(outcomeOf(`{"format":${'['.repeat(100_000)}`, 'quorumlab')).toMatch(/^line 1, column \d+/);
});
