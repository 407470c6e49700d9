import { expect, test } from 'vitest';
import { describe as inWords } from '../../sim/event-log.ts';

test('an event tells plain data on one line, without quotes around simple names', () => {
  const entry = { f: 'put', key: 'a,"b":c', value: [1, null], gone: undefined };
  expect(inWords({ type: 'Prepare', entry, 'two words': true })).toBe(
    '{type: "Prepare", entry: {f: "put", key: "a,\\"b\\":c", value: [1, null]}, "two words": true}',
  );
  expect(inWords(undefined)).toBe('null');
});

test('an event tells only the beginning of what is long', () => {
  const text = inWords({ log: Array.from({ length: 1000 }, (_, index) => index) });
  expect(text).toMatch(/^\{log: \[0, 1, 2, /);
  expect(text.endsWith('…')).toBe(true);
  expect(text.length).toBeLessThan(1000);
});
