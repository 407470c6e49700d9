/** The description of our format: its examples are read and judged, and every model has one. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkHistory, modelNames, readHistories } from '../../checker/index.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/HISTORY-FORMAT.md'), 'utf8');

/** What is said before an example, and the example. */
const EXAMPLE = /^(Linearizable|Not linearizable):\n\n```jsonl\n([\s\S]*?)```$/gm;

const examples = [...text.matchAll(EXAMPLE)].map(([, said = '', lines = '']) => {
  return { said: said.toLowerCase().replace(' ', '-'), lines, history: readHistories(lines)[0]! };
});

test('every example has the verdict that is said', () => {
  expect(examples.length).toBe(text.match(/```jsonl/g)?.length);
  for (const { said, lines, history } of examples) {
    expect([lines, checkHistory(history).verdict]).toEqual([lines, said]);
  }
});

test.each(modelNames())('%s has a section with an example of its own', (model) => {
  const section = text.split(`\n### ${model}\n`)[1]?.split('\n### ')[0];

  expect(section).toContain(`"model":"${model}"`);
});

test.each(modelNames())(
  'the section of %s has an example line of each of its functions',
  (model) => {
    const section = text.split(`\n### ${model}\n`)[1]?.split('\n### ')[0] ?? '';
    const [prose = ''] = section.split('```');
    const named = [...prose.matchAll(/`([a-z][a-zA-Z]+)`/g)].map(([, name = '']) => name);
    const functions = named.filter((f) => isFunctionOf(model, f));
    const shown = new Set(
      examples
        .filter((each) => each.history.model === model)
        .flatMap(({ history }) => {
          return history.operations.map(({ f }) => f);
        }),
    );

    expect(functions.filter((f) => !shown.has(f))).toEqual([]);
  },
);

/** Whether an operation so named is refused for anything but its name. */
function isFunctionOf(model: string, f: string): boolean {
  const operation = JSON.stringify({ process: 1, f, call: 0, return: null });
  try {
    readHistories(`{"format":"quorumlab-history/1","model":"${model}"}\n${operation}`);
    return true;
  } catch (error) {
    return !String(error).includes('expected f to be');
  }
}
