/** The times of events in Jepsen EDN: which order they give, and when they are not looked at. */

import { describe, expect, test } from 'vitest';
import { checkHistory, readHistories } from '../../checker/index.ts';

describe('the times of Jepsen EDN', () => {
  const event = (process: number, type: string, rest: string, time?: number | string) =>
    `{:process ${process} :type :${type} ${rest}${time === undefined ? '' : ` :time ${time}`}}\n`;
  const write = ':f :write :value 1';
  const read = ':f :read :value';
  const operationsOf = (text: string) => readHistories(text)[0]?.operations ?? [];
  const verdictOf = (text: string) => readHistories(text).map((each) => checkHistory(each).verdict);

  test('order the events where every one has a time', () => {
    const text =
      event(1, 'invoke', `${read} nil`, 50) +
      event(1, 'ok', `${read} 1`, 60) +
      event(0, 'invoke', write, 10) +
      event(0, 'ok', write, 20);

    expect(operationsOf(text)).toEqual([
      { process: 0, f: 'write', value: 1, call: 0, return: 1 },
      { process: 1, f: 'read', call: 2, return: 3, output: 1 },
    ]);
    expect(verdictOf(text)).toEqual(['linearizable']);
  });

  test('are passed over where one event has none', () => {
    const text =
      event(1, 'invoke', `${read} nil`, 50) +
      event(1, 'ok', `${read} 1`, 60) +
      event(0, 'invoke', write, 10) +
      event(0, 'ok', write);

    expect(verdictOf(text)).toEqual(['not-linearizable']);
  });

  test.each([20, '1700000000000000020'])('make equal ones concurrent: %s', (instant) => {
    const earlier = String(instant).replace(/20$/, '10');
    const later = String(instant).replace(/20$/, '21');
    const text = (called: number | string) =>
      event(1, 'invoke', `${read} nil`, earlier) +
      event(1, 'ok', `${read} 1`, instant) +
      event(0, 'invoke', write, called);

    expect(verdictOf(text(instant))).toEqual(['linearizable']);
    expect(verdictOf(text(later))).toEqual(['not-linearizable']);
  });

  test('let a process call at the instant of its last return, and take no time', () => {
    const text =
      event(0, 'invoke', write, 10) +
      event(0, 'ok', write, 20) +
      event(0, 'invoke', write, 20) +
      event(0, 'ok', write, 30) +
      event(1, 'ok', `${read} 1`, 40) +
      event(1, 'invoke', `${read} nil`, 40) +
      event(1, 'invoke', write, 40) +
      event(1, 'ok', write, 40);

    expect(operationsOf(text).map(({ call, return: end }) => [call, end])).toEqual([
      [0, 1],
      [1, 3],
      [4, 4],
      [4, 4],
    ]);
  });
});
