/** What repeats itself faster than it arrives: refused beforehand, or told when it shows. */
import { describe, expect, it } from 'vitest';
import { protocols } from '../../protocols/index.ts';
import { completeOptions } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';

const times = protocols.flatMap(({ name, optionSchema }) =>
  optionSchema.flatMap((option) =>
    option.type === 'integer' && option.unit === 'micros' ? [{ name, optionSchema, option }] : [],
  ),
);

/** Patience with another node, before it is taken for dead: it outlasts a way there and back. */
const PATIENCE: { readonly [option: string]: number } = {
  viewChangeTimeout: 4_000,
  leaderTimeout: 4_000,
  electionTimeout: 4_000,
  leaseDuration: 4_000,
  suspectAfter: 8_000,
  boundTime: 4_000,
};

/** Added to another wait, or with 0 for never: these may be as short as anybody likes. */
const FREE = ['leaderSpread', 'viewChangeSpread', 'giveUpAfter'];

/** Counted from when it was asked for, by a leader that asks again anyway. */
const BRIEF = ['mp leaseDuration', 'op leaseDuration'];

const shortest = (option: string): number => PATIENCE[option] ?? 100;

describe.each(times)('option $option.name of $name', ({ name, optionSchema, option }) => {
  const given = (value: number) => () => completeOptions(optionSchema, { [option.name]: value });

  it('is no shorter than a message takes, where it says how long to wait', () => {
    if (FREE.includes(option.name)) expect(given(1)).not.toThrow();
    else {
      const least = BRIEF.includes(`${name} ${option.name}`) ? 100 : shortest(option.name);
      expect(given(least - 1)).toThrow(
        `option ${option.name} = ${least - 1}: ` +
          `expected an integer from ${least} to 60000000 (microseconds)`,
      );
      expect(given(least)).not.toThrow();
    }
  });

  it('has nothing among its trials that it does not take', () => {
    for (const trial of option.trials ?? []) expect(given(Number(trial))).not.toThrow();
  });
});

describe('a queue that is too full', () => {
  it('is told with what it is full of, by whom, and what to do', () => {
    const [scenario] = findScenarios('mp/calm');
    if (scenario === undefined) throw new Error('there is no mp/calm');
    const spec = scenario.draw('0x1', { options: { heartbeatInterval: 100 } });
    const { failures } = run({ ...spec, bounds: { ...spec.bounds, queue: 30 } });
    expect(failures).toMatchObject([{ oracle: 'no-exception' }]);
    expect(failures[0]?.message).toMatch(
      /^more than 30 events were queued at once, most of them \d+ Heartbeat from n\d, \d+ \w+ /,
    );
    expect(failures[0]?.message).toMatch(
      /: what is sent again .* raise bounds\.queue of the spec$/,
    );
  });
});
