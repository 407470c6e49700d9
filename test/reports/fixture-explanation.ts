/** A made-up explanation: a lost reply at event 412 decides, and one of two faults matters. */
import { chanceOf, type Outcome } from '../../scenarios/explain/chance.ts';
import type {
  Chance,
  ChancePoint,
  Explanation,
  Jump,
} from '../../scenarios/explain/explanation.ts';
import type { EventRecord } from '../../sim/record.ts';
import { fixtureRun } from './fixture-run.ts';

const EVENTS = 640;
const MICROS_PER_EVENT = 850;
const DECISIVE = 412;

export function fixtureExplanation(changes: Partial<Explanation> = {}): Explanation {
  const [jump, smaller] = jumps();
  return {
    traceHash: fixtureRun().traceHash,
    signature: 'L-7f3a',
    replicas: 3,
    isNetworkDrawn: true,
    event: EVENTS,
    time: EVENTS * MICROS_PER_EVENT,
    verdict: 'jump',
    points: [...Array.from({ length: 65 }, (_, at) => at * 10), DECISIVE - 1, DECISIVE]
      .sort((a, b) => a - b)
      .map((event) => pointAt(event, event < 230 ? 1 : event < DECISIVE ? 4 : 12, 12)),
    jumps: [jump, smaller],
    faults: [
      {
        index: 0,
        fault: { at: 160_000, fault: 'partition', groups: [[0, 1], [2]], lasts: 110_000 },
        event: 190,
        at: 160_000,
        until: 270_000,
        measured: { with: chance(9, 32), without: chance(0, 32) },
      },
      {
        index: 1,
        fault: { at: 320_000, fault: 'crash', node: 0 },
        event: 380,
        at: 320_000,
        measured: { with: chance(12, 32), without: chance(11, 32) },
      },
      {
        index: 2,
        fault: { at: 450_000, fault: 'pause', node: 2, lasts: 9_000 },
        event: 530,
        at: 450_000,
        until: 459_000,
      },
    ],
    runs: 1_240,
    events: 812_000,
    ...changes,
  };
}

function jumps(): [Jump, Jump] {
  const place = { time: DECISIVE * MICROS_PER_EVENT, event: DECISIVE } as const;
  const lost = {
    ...place,
    index: 601,
    kind: 'drop',
    node: 0,
    peer: 5,
    label: 'Reply',
    sentAt: place.time,
    ordinal: 3,
    fate: 'loss',
  } as const;
  const arrived: EventRecord = {
    ...lost,
    kind: 'deliver',
    node: 5,
    peer: 0,
    time: place.time + 1_250,
    event: DECISIVE + 2,
  };
  const { fate: _fate, ...whole } = arrived;
  const records: readonly EventRecord[] = [
    {
      ...place,
      index: 599,
      kind: 'deliver',
      node: 0,
      peer: 1,
      label: 'PrepareOk',
      sentAt: 349_000,
    },
    { ...place, index: 600, kind: 'mark', node: 0, label: 'about-to-commit' },
    lost,
  ];
  return [
    {
      before: pointAt(DECISIVE - 1, 21, 64),
      after: pointAt(DECISIVE, 63, 64),
      records,
      sent: [lost],
      parting: { shared: 601, a: lost, b: whole, fields: ['kind'], isSameThing: true },
    },
    {
      before: pointAt(229, 5, 64),
      after: pointAt(230, 21, 64),
      records: [{ index: 330, event: 230, time: 230 * MICROS_PER_EVENT, kind: 'durable', node: 1 }],
      sent: [],
    },
  ];
}

function pointAt(event: number, failed: number, tries: number): ChancePoint {
  return { event, time: event * MICROS_PER_EVENT, ...chance(failed, tries) };
}

function chance(failed: number, tries: number): Chance {
  return chanceOf(
    Array.from({ length: tries }, (_, at): Outcome => (at < failed ? 'same' : 'none')),
  );
}
