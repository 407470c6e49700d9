/** The checker on real histories: Jepsen runs against etcd, Knossos's data, key-value logs. */

import { describe, expect, test } from 'vitest';
import { checkHistory, detectFormat, readHistories } from '../../checker/index.ts';
import { historiesFolder, recordedHistories, textOf } from './recorded-histories.ts';

const files = [...(recordedHistories ?? new Map())];

test.skipIf(recordedHistories !== undefined)(
  `recorded histories are absent: no expected.json in ${historiesFolder}`,
  (context) => context.skip(),
);

describe.skipIf(recordedHistories === undefined)('a recorded history', () => {
  test.each(files)('%s is of the format that its index says', (file, { format }) => {
    expect(detectFormat(textOf(file))).toBe(format);
  });

  test.each(files)('%s gets the verdict that is known', (file, { initial, linearizable }) => {
    const verdicts = readHistories(textOf(file), { initial }).map((each) => checkHistory(each));

    const expected = linearizable ? 'linearizable' : 'not-linearizable';
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([expected]);
  });

  const located = files.filter(([, { firstBadOpIndex }]) => firstBadOpIndex !== undefined);
  test.each(located)('%s fails at the operation that is known', (file, expectation) => {
    const [history] = readHistories(textOf(file), { initial: expectation.initial });
    const { counterexample } = checkHistory(history!, { evidence: true });

    const failing = history!.operations[counterexample!.failing];
    expect(failing?.return).toBe(expectation.firstBadOpIndex);
  });
});
