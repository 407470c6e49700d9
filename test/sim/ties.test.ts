import { expect, test } from 'vitest';
import { lines, type Script, seeds, simulate } from './scripted.ts';

/** Two replicas that send each other a letter for each letter, all at the same times. */
const CHATTER: Script = {
  replica: {
    start: (env) => env.send(1 - env.id, { type: 'Letter', body: 0 }),
    receive: (env, from, { body }) => env.send(from, { type: 'Letter', body: Number(body) + 1 }),
  },
};

/** Both also say each time that they live, to which nobody answers. */
const WITH_HEARTBEATS: Script = {
  replica: {
    start: (env) => {
      env.send(1 - env.id, { type: 'Heartbeat', body: 0 });
      env.send(1 - env.id, { type: 'Letter', body: 0 });
    },
    receive: (env, from, { type, body }) => {
      if (type === 'Heartbeat') return;
      env.send(from, { type: 'Heartbeat', body: 0 });
      env.send(from, { type: 'Letter', body: Number(body) + 1 });
    },
  },
};

function letters(script: Script, seed: string): readonly string[] {
  const { records } = simulate(script, { shuffleTies: true, seed });
  return lines(
    records.filter(({ label }) => label === 'Letter'),
    'deliver',
  );
}

test('a message type more leaves the order of all others at the same time as it was', () => {
  for (const seed of seeds(30)) {
    expect(letters(WITH_HEARTBEATS, seed).slice(0, 10)).toEqual(
      letters(CHATTER, seed).slice(0, 10),
    );
  }
});

test('the order of what happens at the same time is another in another seed', () => {
  const orders = seeds(20).map((seed) => letters(CHATTER, seed).slice(0, 10).join());
  expect(new Set(orders).size).toBeGreaterThan(4);
});
