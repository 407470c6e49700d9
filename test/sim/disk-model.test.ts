/** Disks under any faults in any order, held against a plain model of one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DurableRecord } from '../../sim/contract.ts';
import { Disk, type Mend } from '../../sim/disk.ts';
import { Streams } from '../../sim/streams.ts';

const MILLION = 1_000_000;

/** One record as the model knows it. */
interface Entry {
  readonly name: number;
  /** Damaged for good, and whether a start has met that. */
  isDamaged: boolean;
  isMet: boolean;
  /** It was said to be durable by a disk that lied, and lies still. */
  isLie: boolean;
  /** It was lost when it could not be written. */
  isLost: boolean;
}

/** A fault that holds until its turn among those that hold comes to be mended. */
type Holding =
  | { readonly kind: 'full' }
  | { readonly kind: 'error'; hasStruck: boolean }
  | { readonly kind: 'lie' }
  | { readonly kind: 'unreadable'; readonly entry: Entry | undefined }
  | { readonly kind: 'stray'; readonly place: number; hasStruck: boolean; taken?: Entry };

class Model {
  through: Entry[] = [];
  outstanding: Entry[] = [];
  holding: Holding[] = [];
  readonly sparesTail: boolean;

  constructor(sparesTail: boolean) {
    this.sparesTail = sparesTail;
  }

  holds<K extends Holding['kind']>(kind: K): Extract<Holding, { kind: K }>[] {
    return this.holding.filter((each): each is Extract<Holding, { kind: K }> => each.kind === kind);
  }

  failsNext(): boolean {
    return this.holds('full').length > 0 || this.holds('error').some((error) => !error.hasStruck);
  }

  fail(): void {
    const entry = this.outstanding.shift();
    if (entry === undefined) return;
    this.through.push({ ...entry, isLost: true, isLie: this.holds('lie').length > 0 });
    const error = this.holds('error').find((each) => !each.hasStruck);
    if (error !== undefined) error.hasStruck = true;
  }

  complete(): void {
    const entry = this.outstanding.shift();
    if (entry === undefined) return;
    entry.isLie = this.holds('lie').length > 0;
    this.through.push(entry);
    const stray = this.holds('stray').find((each) => !each.hasStruck);
    if (stray === undefined) return;
    if (this.sparesTail && stray.taken === undefined) {
      stray.taken = entry;
      return;
    }
    stray.hasStruck = true;
    const lost = stray.taken ?? entry;
    const victim = this.at(stray.place, this.through.indexOf(lost));
    if (victim === undefined) return;
    for (const damaged of [victim, lost]) this.damage(damaged);
  }

  /** The whole record at this place among the first `count`, or the next whole one before it. */
  at(place: number, count = this.through.length): Entry | undefined {
    const index = Math.floor((place * count) / MILLION);
    const whole = this.through.slice(0, count).filter((entry) => !entry.isDamaged && !entry.isLost);
    const allowed = this.sparesTail ? whole.slice(0, -1) : whole;
    return allowed.findLast((entry) => this.through.indexOf(entry) <= index);
  }

  damage(entry: Entry): void {
    entry.isDamaged = true;
    entry.isMet = false;
  }

  /** `kept` of what was outstanding has reached the disk, if that does not lie. */
  crash(kept: number): void {
    const isLying = this.holds('lie').length > 0;
    const reached = isLying ? [] : this.outstanding.slice(0, kept);
    this.through = [...this.through.filter((entry) => !entry.isLie), ...reached];
    this.outstanding = [];
    for (const stray of this.holds('stray')) delete stray.taken;
    this.forgetWhatIsGone();
  }

  wipe(): void {
    this.through = [];
    this.forgetWhatIsGone();
  }

  private forgetWhatIsGone(): void {
    this.holding = this.holding.map((each) =>
      each.kind === 'unreadable' && !this.isThrough(each.entry)
        ? { ...each, entry: undefined }
        : each,
    );
  }

  private isThrough(entry: Entry | undefined): boolean {
    return entry !== undefined && this.through.includes(entry);
  }

  mend(index: number): void {
    this.holding.splice(index, 1);
    if (this.holds('lie').length > 0) return;
    for (const entry of this.through) entry.isLie = false;
  }

  read(): string[] {
    for (const entry of this.through) entry.isMet = true;
    const unreadable = this.holds('unreadable').map(({ entry }) => entry);
    return this.through
      .filter((entry) => !entry.isLost)
      .map((entry) => (entry.isDamaged || unreadable.includes(entry) ? '×' : `${entry.name}`));
  }

  isDamaged(): boolean {
    return (
      this.through.some((entry) => entry.isDamaged && !entry.isMet) ||
      this.holds('unreadable').some(({ entry }) => entry !== undefined) ||
      this.holds('stray').some(({ hasStruck }) => !hasStruck)
    );
  }
}

type Step =
  | { readonly kind: 'write' | 'through' | 'crash' | 'wipe' | 'start' }
  | { readonly kind: 'rot'; readonly place: number }
  | { readonly kind: 'mend'; readonly which: number }
  | Beginning;

type Beginning =
  | { readonly kind: 'full' | 'error' | 'lie' }
  | { readonly kind: 'unreadable'; readonly place: number }
  | { readonly kind: 'stray'; readonly place: number };

const place = fc.nat(MILLION);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('write', 'through') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('crash', 'wipe', 'start') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('full', 'error', 'lie') }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('rot', 'unreadable', 'stray'), place }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('mend'), which: fc.nat(3) }) },
);

function inWords({ intact, writes }: DurableRecord): string {
  const [first] = writes;
  return intact && first?.kind === 'set' ? String(first.value) : '×';
}

/** A disk and its model, to which the same happens. */
class Pair {
  readonly disk = new Disk(
    { latencyMin: 0, latencyMax: 0, torn: 0 },
    'disk:0',
    new Streams('model'),
  );
  readonly model: Model;
  private readonly mends: Mend[] = [];
  private written = 0;

  constructor(sparesTail: boolean) {
    this.model = new Model(sparesTail);
    this.disk.sparesTail = sparesTail;
  }

  do(step: Step): void {
    const { disk, model } = this;
    switch (step.kind) {
      case 'write':
        this.written += 1;
        disk.issue([{ kind: 'set', key: 'k', value: this.written }], 0);
        model.outstanding.push({ name: this.written, ...FRESH });
        break;
      case 'through':
        this.bringThrough();
        break;
      case 'crash':
        model.crash(disk.crash(0) - model.through.length);
        break;
      case 'wipe':
        this.do({ kind: 'crash' });
        disk.wipe();
        model.wipe();
        break;
      case 'start':
        this.do({ kind: 'crash' });
        expect(disk.read().records.map(inWords)).toEqual(model.read());
        break;
      case 'rot':
        disk.rot(step.place);
        this.damage(model.at(step.place));
        break;
      case 'mend':
        this.mend(step.which % Math.max(1, this.mends.length));
        break;
      default:
        this.begin(step);
    }
  }

  private bringThrough(): void {
    const { disk, model } = this;
    if (disk.isIdle) return;
    expect(disk.failsNow).toBe(model.failsNext());
    if (disk.failsNow) {
      disk.fail();
      model.fail();
    } else {
      disk.complete();
      model.complete();
    }
  }

  private damage(entry: Entry | undefined): void {
    if (entry !== undefined) this.model.damage(entry);
  }

  private begin(step: Beginning): void {
    const { disk, model } = this;
    switch (step.kind) {
      case 'full':
        this.hold(disk.fillUp(), { kind: 'full' });
        break;
      case 'error':
        this.hold(disk.failOnce(), { kind: 'error', hasStruck: false });
        break;
      case 'lie':
        this.hold(disk.lie(), { kind: 'lie' });
        break;
      case 'unreadable':
        this.hold(disk.refuseToRead(step.place), {
          kind: 'unreadable',
          entry: model.at(step.place),
        });
        break;
      case 'stray':
        this.hold(disk.leadAstray(step.place), {
          kind: 'stray',
          place: step.place,
          hasStruck: false,
        });
        break;
      default:
        step satisfies never;
    }
  }

  private hold(mend: Mend, holding: Holding): void {
    this.mends.push(mend);
    this.model.holding.push(holding);
  }

  private mend(which: number): void {
    const [mend] = this.mends.splice(which, 1);
    if (mend === undefined) return;
    mend();
    this.model.mend(which);
  }

  compare(): void {
    const { disk, model } = this;
    expect(disk.isDamaged).toBe(model.isDamaged());
    expect(disk.isIdle).toBe(model.outstanding.length === 0);
    expect(disk.durableCount).toBe(model.through.length);
  }
}

const FRESH = { isDamaged: false, isMet: false, isLie: false, isLost: false };

test('a disk does what the model does, whatever happens to it', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 60 }), (sparesTail, steps) => {
      const pair = new Pair(sparesTail);
      for (const each of [...steps, { kind: 'start' } as const]) {
        pair.do(each);
        pair.compare();
      }
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

test('where the end is spared, the last record that was durable stays whole', () => {
  const damage = step.filter(({ kind }) => kind !== 'lie' && kind !== 'wipe');
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 60 }), (steps) => {
      const pair = new Pair(true);
      for (const each of steps) pair.do(each);
      pair.do({ kind: 'crash' });
      const found = pair.disk.read().records.map(inWords);
      expect(found.at(-1)).not.toBe('×');
    }),
    { seed: 1, numRuns: 1_000 },
  );
});
