/** Of scripts of Viewstamped Replication that say when what returns: each window can fail. */

import { expect, test } from 'vitest';
import type { Rules } from '../../protocols/viewstamped-replication/rules.ts';
import { viewstampedReplicationWith } from '../../protocols/with-rules.ts';
import type { Registry } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { insteadOf } from './instead-of.ts';
import { missedWindows, windowsOf } from './missed-windows.ts';

const SEEDS = Array.from({ length: 8 }, (_, index) => `0x${(index + 1).toString(16)}`);

function withBug(changes: Partial<Rules>): Registry {
  return insteadOf(viewstampedReplicationWith({ rules: changes }));
}

function drawn(name: string): readonly RunSpec[] {
  const [scenario] = findScenarios(`vr/${name}`);
  if (scenario === undefined) throw new Error(`there is no vr/${name}`);
  return SEEDS.map((seed) => scenario.draw(seed, {}));
}

const answersNobody: Partial<Rules> = { sendReply: () => undefined };
const commitsAlone: Partial<Rules> = { countAcknowledgements: () => Number.POSITIVE_INFINITY };

/** Which bug shows in which windows. */
const BUGS: readonly (readonly [string, Partial<Rules>, readonly string[]])[] = [
  [
    'primary-crash',
    answersNobody,
    ['under its successor: operations, some', 'the old one is back: operations, some'],
  ],
  ['primary-isolated', commitsAlone, ['the old primary: operations, none']],
  [
    'primary-isolated',
    answersNobody,
    ['a new one: operations, some', 'heard again: operations, some'],
  ],
  ['majority-restart', commitsAlone, ['two of five: operations, none']],
];

test.each(BUGS)('in vr/%s some windows are missed by what is broken', (name, bug, windows) => {
  expect([...missedWindows(drawn(name))]).toEqual([]);
  const missed = missedWindows(drawn(name), withBug(bug));
  for (const window of windows) expect(missed).toContain(window);
});

test('there is no window among these that cannot fail', () => {
  for (const [name] of BUGS) {
    const shown = BUGS.filter(([other]) => other === name).flatMap(([, , windows]) => windows);
    expect([...windowsOf(drawn(name))].toSorted()).toEqual(shown.toSorted());
  }
});
