/** What a start makes of the records on a disk: whole, torn, void or damaged. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isReadable,
  isTornTail,
  type JournalRules,
  readJournal,
  tornMarker,
} from '../../protocols/journal.ts';
import type { DurableRecord } from '../../sim/contract.ts';

const RULES: JournalRules = { isReadable, isTornTail };

/** A record that says which one it is. */
function whole(name: number): DurableRecord {
  return { intact: true, writes: [{ kind: 'set', key: 'name', value: name }] };
}

const TORN: DurableRecord = { intact: false, writes: [] };

function marker(count: number): DurableRecord {
  return { intact: true, writes: [tornMarker(count)] };
}

/** Names of the records that count; markers have none. */
function namesOf(records: readonly DurableRecord[]): unknown[] {
  return readJournal(records, RULES).records.flatMap(({ writes: [first] }) =>
    first?.kind === 'set' && first.key === 'name' ? [first.value] : [],
  );
}

describe('a journal', () => {
  it('that is empty has nothing in it and nothing wrong', () => {
    expect(readJournal([], RULES)).toEqual({ records: [], tornCount: 0, isDamaged: false });
  });

  it('of whole records has all of them', () => {
    expect(readJournal([whole(1), whole(2)], RULES)).toEqual({
      records: [whole(1), whole(2)],
      tornCount: 0,
      isDamaged: false,
    });
  });

  it('with unreadable records at its end is torn, not damaged', () => {
    const journal = readJournal([whole(1), TORN, TORN], RULES);
    expect(journal).toMatchObject({ tornCount: 2, isDamaged: false });
    expect(journal.records).toEqual([whole(1)]);
  });

  it('with an unreadable record before a whole one is damaged, and counts up to there', () => {
    const journal = readJournal([whole(1), TORN, whole(3)], RULES);
    expect(journal).toMatchObject({ tornCount: 2, isDamaged: true });
    expect(journal.records).toEqual([whole(1)]);
  });

  it('whose marker says that what is before it was torn is neither', () => {
    const records = [whole(1), TORN, TORN, marker(2), whole(5)];
    expect(readJournal(records, RULES)).toMatchObject({ tornCount: 0, isDamaged: false });
    expect(namesOf(records)).toEqual([1, 5]);
  });

  it('whose marker excuses one record is damaged if two before it cannot be read', () => {
    const records = [whole(1), TORN, TORN, marker(1), whole(5)];
    expect(readJournal(records, RULES).isDamaged).toBe(true);
  });

  it('whose torn record can be read again leaves it out all the same', () => {
    expect(namesOf([whole(1), whole(2), marker(1), whole(4)])).toEqual([1, 4]);
  });

  it('whose marker was torn itself is excused by the next one', () => {
    // The second torn record was the marker of the first.
    expect(namesOf([whole(1), TORN, TORN, marker(2), whole(5)])).toEqual([1, 5]);
    expect(namesOf([whole(1), TORN, marker(1), TORN, marker(1), whole(6)])).toEqual([1, 6]);
  });

  it('whose marker is damaged later excuses nothing any more', () => {
    const records = [whole(1), TORN, TORN, whole(5)];
    expect(readJournal(records, RULES).isDamaged).toBe(true);
  });

  it('is read by the rules it is given: a planted bug may take torn for whole', () => {
    const bug: JournalRules = { ...RULES, isReadable: () => true };
    expect(readJournal([whole(1), TORN, whole(3)], bug).records).toHaveLength(3);
    const other: JournalRules = { ...RULES, isTornTail: () => true };
    expect(readJournal([whole(1), TORN, whole(3)], other).isDamaged).toBe(false);
  });
});

/** One life of a node: it writes so many records, then a crash tears so many at the end. */
interface Life {
  readonly written: number;
  readonly torn: number;
}

const lives = fc.array(fc.record({ written: fc.nat(5), torn: fc.nat(3) }), { maxLength: 8 });

interface History {
  /** What the disk has in the end. */
  readonly records: DurableRecord[];
  /** Names of what was whole when its node last crashed, oldest first. */
  readonly names: number[];
  /** Where on the disk each of them is. */
  readonly places: number[];
}

/** What a node that marks what it finds torn leaves behind; names count up from 0. */
function play(course: readonly Life[]): History {
  const records: DurableRecord[] = [];
  const names: number[] = [];
  const places: number[] = [];
  let next = 0;
  for (const { written, torn } of course) {
    const { tornCount } = readJournal(records, RULES);
    if (tornCount > 0) records.push(marker(tornCount));
    for (let count = 0; count < written; count++) {
      names.push(next);
      places.push(records.length);
      records.push(whole(next++));
    }
    for (let count = 0; count < torn; count++) records.push(TORN);
  }
  return { records, names, places };
}

describe('whatever crashes tear, over many starts', () => {
  it('every record that was whole counts, in order, and nothing is taken for damage', () => {
    fc.assert(
      fc.property(lives, (course) => {
        const { records, names } = play(course);
        expect(readJournal(records, RULES).isDamaged).toBe(false);
        expect(namesOf(records)).toEqual(names);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('every damage of a whole record is noticed, but for that of the very last one', () => {
    let noticed = 0;
    fc.assert(
      fc.property(lives, fc.nat(), (course, which) => {
        const { records, places } = play(course);
        if (places.length === 0) return;
        const place = places[which % places.length]!;
        const isLast = !records.some(({ intact }, index) => intact && index > place);
        records[place] = TORN;
        expect(readJournal(records, RULES).isDamaged).toBe(!isLast);
        noticed += isLast ? 0 : 1;
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(noticed).toBeGreaterThan(200);
  });

  it('what counts is always a prefix of what was written, without what is void', () => {
    const record = fc.oneof(
      fc.nat(9).map(whole),
      fc.constant(TORN),
      fc.nat(4).map((count) => marker(count)),
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        const journal = readJournal(records, RULES);
        const end = records.length - journal.tornCount;
        const kept = records.slice(0, end).filter((each) => journal.records.includes(each));
        expect(journal.records.every(({ intact }) => intact)).toBe(true);
        expect(journal.records.every((each, index) => each === kept[index])).toBe(true);
        expect(end === records.length || !records[end]!.intact).toBe(true);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
