/** The JSON Schema of `quorumlab-history/1`: it accepts and refuses what the reader does. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import {
  HistoryFormatError,
  modelNames,
  type Plain,
  readHistories,
  writeQuorumlabHistory,
} from '../../checker/index.ts';
import { mutatedPlain } from './mutated-values.ts';
import { Dice, historyKinds, randomHistory } from './random-histories.ts';

const FILE = join(import.meta.dirname, '../../docs/quorumlab-history.schema.json');
const LINES = 3_000;

const schema = JSON.parse(readFileSync(FILE, 'utf8'));
const ajv = new Ajv2020({ strictTypes: false, strictRequired: false, strictTuples: false });
ajv.addSchema(schema);

function validatorOf(name: string): ValidateFunction {
  const validate = ajv.getSchema(`${schema.$id}#/$defs/${name}`);
  if (validate === undefined) throw new Error(`no definition of ${name}`);
  return validate;
}

const header = (model: string) => `{"format":"quorumlab-history/1","model":"${model}"}\n`;

/** What no schema can say, as it compares members with each other. */
const BEYOND = [
  /^a return not before the call/,
  /^slice to have a value "l:r" with l <= r/,
  /^output of txn to be its value with the reads filled in/,
  /^results of txn to be \d+, one for each access/,
  /^(?:deleted|kvs|count|result) .*(?:of|in) .*(?:put|delete|range)/,
];

/** What the reader says of a text: what it expected instead, or nothing. */
function refusalOf(text: string): string | undefined {
  try {
    readHistories(text, { format: 'quorumlab' });
    return undefined;
  } catch (error) {
    if (error instanceof HistoryFormatError) return error.expected;
    throw error;
  }
}

function linesOf(kind: string, seed: number) {
  const history = randomHistory(kind, seed);
  const operations = history.operations.map((each) => ({ key: 'x', ...each }));
  const keyed = history.model === 'etcd' ? history.operations : operations;
  return {
    model: history.model,
    lines: writeQuorumlabHistory({ ...history, operations: keyed })
      .trim()
      .split('\n'),
  };
}

describe('the schema', () => {
  test('names the models that there are', () => {
    expect(schema.$defs.header.properties.model.enum).toEqual(modelNames());
  });

  test.each(historyKinds)('accepts every line of written %s histories', (kind) => {
    const isLine = ajv.getSchema(schema.$id)!;
    for (let seed = 0; seed < 100; seed++) {
      const { model, lines } = linesOf(kind, seed);
      const isOperation = validatorOf(model);
      for (const line of lines) expect([line, isLine(JSON.parse(line))]).toEqual([line, true]);
      for (const line of lines.slice(1)) expect(isOperation(JSON.parse(line))).toBe(true);
    }
  });

  test.each(historyKinds)('judges 3,000 damaged lines of %s as the reader does', (kind) => {
    const dice = new Dice(kind.length);
    let refused = 0;
    for (let round = 0; round < LINES; round++) {
      const { model, lines } = linesOf(kind, round % 200);
      const value: Plain = JSON.parse(lines[1 + (round % (lines.length - 1))] ?? '{}');
      const line = JSON.stringify(mutatedPlain(value, dice));
      const refusal = refusalOf(header(model) + line);
      const valid = validatorOf(model)(JSON.parse(line));
      if (!valid) expect([line, refusal]).toEqual([line, expect.any(String)]);
      else if (refusal !== undefined && !BEYOND.some((each) => each.test(refusal))) {
        expect([line, refusal]).toEqual([line, undefined]);
      }
      if (refusal !== undefined) refused++;
    }
    expect(refused).toBeGreaterThan(LINES / 10);
    expect(refused).toBeLessThan(LINES);
  });

  test.each(modelNames())('judges 1,000 damaged headers of %s as the reader does', (model) => {
    const dice = new Dice(model.length);
    const isHeader = validatorOf('header');
    const initials: readonly Plain[] = [null, 0, '', true, [], [1, null], [2], { x: 1 }, 1.5];
    for (let round = 0; round < 1_000; round++) {
      const initial = dice.pick(initials.map((each) => [each]))[0] ?? null;
      const whole = { format: 'quorumlab-history/1', model, initial };
      const damaged = dice.once(2) ? whole : mutatedPlain(whole, dice);
      const line = JSON.stringify(damaged);
      expect([line, isHeader(JSON.parse(line))]).toEqual([line, refusalOf(line) === undefined]);
    }
  });
});
