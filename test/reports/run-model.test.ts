import { describe, expect, it } from 'vitest';
import { packEvents } from '../../reports/pack.ts';
import { at, countBelow, recordAt } from '../../reports/viewer/event-log.ts';
import { parseRoute, type RunAddress, runHref } from '../../reports/viewer/route.ts';
import { buildRunModel, forEachMessage, outcomeText } from '../../reports/viewer/run-model.ts';
import {
  addressOf,
  createView,
  moveToEvent,
  moveToRecord,
  moveToTime,
  step,
  zoom,
} from '../../reports/viewer/run-view.ts';
import { layOut } from '../../reports/viewer/space-time-layout.ts';
import { fixtureRun } from './fixture-run.ts';

const { events = [], ...run } = fixtureRun();
const model = buildRunModel(4, { run, log: packEvents(events, undefined) });

describe('the model of a run', () => {
  it('finds the messages of a window as a look at each would', () => {
    for (const [from, to] of [
      [0, 1_000],
      [163_200, 164_900],
      [100_000, 400_000],
      [543_000, 9_000_000],
    ] as const) {
      const found: number[] = [];
      forEachMessage(model, from, to, (record) => found.push(record));
      const expected = events.filter(
        ({ sentAt, time }) => sentAt !== undefined && time >= from && sentAt <= to,
      );
      expect(found).toEqual(expected.map((event) => event.index));
    }
  });

  it('has a row for each client process, those of the counterexample first', () => {
    expect(model.rows.slice(0, 3).map((row) => row.name)).toEqual(['c0 #3', 'c1', 'c2 #3']);
    const listed = model.rows.flatMap((row) => row.operations);
    expect(listed.sort((a, b) => a - b)).toEqual(run.history.map((_, index) => index));
  });

  it('puts what happens at one moment in rows of its own, and later faults beside', () => {
    const [span] = model.faults;
    if (span === undefined) throw new Error('the fixture has faults');
    const at = (from: number) => ({ ...span, from, until: from });
    const { bars } = layOut({ ...model, faults: [at(10), at(10), at(20)] });
    const tops = bars.map(({ top }) => top);
    expect(tops[1]).toBeGreaterThan(tops[0] ?? 0);
    expect(tops[2]).toBe(tops[0]);
  });

  it('has the protocol’s words for a round and who leads it, or plain ones', () => {
    expect(model.words).toEqual({ round: 'round', leader: 'leader' });
    const chain = { ...run, roundName: 'epoch', leaderName: 'head' };
    expect(buildRunModel(4, { run: chain }).words).toEqual({ round: 'epoch', leader: 'head' });
  });

  it('calls rounds by their names, and by their numbers where they have none', () => {
    // As OmniPaxos packs its ballots: more than 32 bits, which the columns have to hold.
    const packed = 2 ** 40 + 1;
    const record = { index: 0, event: 1, time: 5, kind: 'timer', node: 0, round: packed } as const;
    const log = packEvents([record], undefined);
    const named = buildRunModel(4, { run, log, roundNames: { [packed]: '2:1.1', 0: 'none' } });
    const [span] = named.lanes[0]?.rounds ?? [];
    expect(named.roundName(span?.round ?? -1)).toBe('2:1.1');
    expect(named.names.roundsCalled('2:1.1')).toEqual([packed]);
    expect(named.names.roundsCalled('1')).toEqual([]);
    expect(model.roundName(7)).toBe('7');
    expect(model.names.roundsCalled('7')).toEqual([7]);
  });

  it('knows which types of messages were sent, the most frequent first', () => {
    const count = (type: string): number =>
      events.filter(({ sentAt, label }) => sentAt !== undefined && label === type).length;
    expect([...model.messageTypes].sort()).toEqual(['Prepare', 'PrepareOk', 'Reply', 'Request']);
    const counts = model.messageTypes.map(count);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
  });

  it('ends what a node led when it crashes', () => {
    const crash = events.find((event) => event.kind === 'crash')?.time;
    const [first, second] = model.lanes[0]?.rounds ?? [];
    expect(first).toMatchObject({ from: 0, until: crash, round: 0, leads: true });
    expect(second).toMatchObject({ round: 1, leads: false, until: model.end });
  });

  it('takes the answer that cannot be as the moment of the failure', () => {
    const wrong = run.history[run.failures[0]?.evidence?.stuckAt ?? -1];
    expect(model.failureTime).toBe(wrong?.return);
    expect(events[model.failureRecord]).toMatchObject({ kind: 'return', time: wrong?.return });
  });

  it('takes the last operation of a failure without such evidence, if it returned before', () => {
    const answered = run.history.findIndex((entry) => entry.return !== null);
    const open = run.history.findIndex((entry) => entry.return === null);
    const end = run.ended.at;
    const failed = (operation: number, at: number) => {
      const failure = { oracle: 'sessions', signature: 'T-0000', message: '', at, event: 0 };
      const failures = [{ ...failure, operations: [open, operation] }];
      return buildRunModel(4, { run: { ...run, failures }, log: packEvents(events, undefined) });
    };
    const returned = run.history[answered]?.return ?? 0;
    const atEnd = failed(answered, end);
    expect(atEnd.failureTime).toBe(returned);
    expect(events[atEnd.failureRecord]).toMatchObject({ kind: 'return', operation: answered });
    expect(failed(answered, returned).failureTime).toBe(returned);
    expect(failed(open, end).failureTime).toBe(end);
  });

  it('says of an operation what the client knows of it', () => {
    const call = { process: 0, node: 3, call: 1 };
    const put = { f: 'put', key: 'x', value: 1 };
    expect(outcomeText({ ...call, operation: put, return: null })).toBe('put x = 1 → ?');
    expect(outcomeText({ ...call, operation: put, return: 2, output: null })).toBe('put x = 1');
    const get = { f: 'get', key: 'x' };
    const stale = { ...call, operation: get, level: 'sequential', return: 2, output: 1 } as const;
    expect(outcomeText(stale)).toBe('get x, sequential → 1');
    expect(outcomeText({ ...call, operation: get, return: 2, output: null })).toBe('get x → null');
  });
});

describe('the view of a run', () => {
  it('leads back to itself by its address', () => {
    const view = createView(model, {});
    moveToRecord(view, 300);
    zoom(view, 0.5);
    view.filterText.value = 'kind:drop node:n1 "two words"';
    view.operation.value = 7;
    const route = parseRoute(runHref(4, addressOf(view)));
    if (route.page !== 'run') throw new Error('the address of a run leads to a run');
    expect(route.run).toBe(4);
    expect(addressOf(createView(model, route.view))).toEqual(addressOf(view));
  });

  it('is found by the number of an event, and each of its records by its part', () => {
    const paired = events.map((record) => ({ ...record, event: (record.index >> 1) + 1 }));
    const pairs = buildRunModel(4, { run, log: packEvents(paired, undefined) });
    const cursorAt = (address: RunAddress) => createView(pairs, address).cursor.value.record;
    const [event, index] = [7, 12];
    expect(cursorAt({ event })).toBe(index);
    expect(cursorAt({ event, part: 1 })).toBe(index + 1);
    expect(cursorAt({ event, part: 99 })).toBe(index + 1);
    expect(cursorAt({ event: 999_999 })).toBe(events.length - 1);
    const view = createView(pairs, {});
    moveToEvent(view, event);
    expect(view.cursor.value.record).toBe(index);
    moveToRecord(view, index + 1);
    expect(addressOf(view)).toMatchObject({ event, part: 1 });
  });

  it('steps through all events, or through those that the filter shows', () => {
    const view = createView(model, { event: 0 });
    step(view, 1, false);
    expect(view.cursor.value.record).toBe(1);
    view.filterText.value = 'kind:drop';
    const drops = events.filter((event) => event.kind === 'drop').map((event) => event.index);
    step(view, 1, true);
    step(view, 1, true);
    expect(view.cursor.value.record).toBe(drops[1]);
    step(view, -1, true);
    expect(view.cursor.value.record).toBe(drops[0]);
    step(view, -1, true);
    expect(view.cursor.value.record).toBe(drops[0]);
  });

  it('keeps the window inside the run and the cursor inside the window', () => {
    const view = createView(model, {});
    for (let times = 0; times < 40; times += 1) zoom(view, 0.5);
    const { from, to } = view.range.value;
    expect(to - from).toBeCloseTo(10);
    moveToTime(view, 5_000);
    expect(view.range.value.from).toBeLessThanOrEqual(5_000);
    expect(view.range.value.to).toBeGreaterThanOrEqual(5_000);
    for (let times = 0; times < 40; times += 1) zoom(view, 2);
    expect(view.range.value).toEqual({ from: 0, to: model.end });
  });
});

describe('the searches of a log', () => {
  const { log } = model;
  if (log === undefined) throw new Error('the fixture is recorded');

  it('count what is below a value', () => {
    expect(countBelow([], 5)).toBe(0);
    expect(countBelow([1, 3, 3, 7], 3)).toBe(1);
    expect(countBelow([1, 3, 3, 7], 8)).toBe(4);
  });

  it('find the last record at a time, and the first one before all', () => {
    expect(recordAt(log, -1)).toBe(0);
    expect(recordAt(log, 0)).toBe(2);
    expect(at(log.time, recordAt(log, 1e9))).toBe(events[events.length - 1]?.time);
  });
});

describe('addresses', () => {
  it('that are no route lead to the start', () => {
    for (const hash of ['', '#', '#/', '#/r/', '#/r/x', '#/elsewhere/3']) {
      expect(parseRoute(hash)).toEqual({ page: 'campaign' });
    }
  });

  it('survive what is not in them or is no number', () => {
    expect(parseRoute('#/r/2?t=abc&e=-4&from=1')).toEqual({
      page: 'run',
      run: 2,
      view: { from: 1 },
    });
    expect(parseRoute('#/f/L-%zz')).toEqual({ page: 'group', signature: 'L-%zz' });
  });
});
