import { describe, expect, it } from 'vitest';
import { packEvents } from '../../reports/pack.ts';
import { at, text, unpackEvents } from '../../reports/viewer/event-log.ts';
import { matchingRecords, parseFilter } from '../../reports/viewer/filter.ts';
import { buildRunModel } from '../../reports/viewer/run-model.ts';
import { fixtureRun } from './fixture-run.ts';

const { events = [], ...run } = fixtureRun();
const log = unpackEvents(packEvents(events, undefined));
const { names } = buildRunModel(0, { run });

function matches(input: string): readonly number[] {
  return [...matchingRecords(log, parseFilter(input, log, names))];
}

describe('the event filter', () => {
  it('shows everything while it is empty or a term is unfinished', () => {
    expect(matches('')).toHaveLength(log.count);
    expect(matches('  node: ')).toHaveLength(log.count);
  });

  it('joins terms by "and" and values by "or"', () => {
    const found = matches('kind:drop type:Prepare fate:cut,down');
    const expected = events.filter(
      (event) => event.kind === 'drop' && (event.fate === 'cut' || event.fate === 'down'),
    );
    expect(found).toEqual(expected.map((event) => event.index));
    expect(found.length).toBeGreaterThan(10);
  });

  it('takes a node as either end of a message, and `at` as the place alone', () => {
    const either = matches('node:n2 kind:deliver');
    const place = matches('at:n2 kind:deliver');
    expect(place.length).toBeLessThan(either.length);
    expect(place.every((record) => at(log.node, record) === 2)).toBe(true);
  });

  it('turns a term round by an exclamation mark', () => {
    const others = matches('!kind:deliver');
    expect(others.length + matches('kind:deliver').length).toBe(log.count);
    expect(others.some((record) => text(log, log.kind, record) === 'deliver')).toBe(false);
  });

  it('searches all texts for a bare word, whatever its case, and for a quoted phrase', () => {
    expect(matches('STALE')).toEqual([log.count - 1]);
    expect(matches('"a stale read"')).toEqual([log.count - 1]);
    expect(matches('"stale a"')).toEqual([]);
  });

  it('finds the events of a key and of an operation', () => {
    expect(matches('key:x').length).toBeGreaterThan(100);
    expect(matches('key:y')).toEqual([]);
    const kinds = matches('op:0').map((record) => text(log, log.kind, record));
    expect(kinds).toEqual(['invoke', 'return']);
  });

  it('takes the protocol’s own word for a round', () => {
    const inViews = { ...names, round: 'view' };
    const found = matchingRecords(log, parseFilter('view:1', log, inViews));
    expect([...found]).toEqual(matches('round:1'));
    expect(found.length).toBeGreaterThan(0);
    expect(matches('view:1')).not.toEqual([...found]);
  });

  it('says what it does not know', () => {
    expect(parseFilter('node:n9 op:two', log, names).problems).toEqual([
      'no node is called n9',
      'two is no number',
    ]);
  });
});
