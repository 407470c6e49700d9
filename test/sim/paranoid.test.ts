import { describe, expect, test } from 'vitest';
import { type ReplicaBehaviour, simulate } from './scripted.ts';

function run(start: ReplicaBehaviour['start'], paranoid: boolean): () => void {
  return () => {
    simulate({ replica: start === undefined ? {} : { start } }, { paranoid });
  };
}

describe('a process that changes what it has given away', () => {
  const sent: ReplicaBehaviour['start'] = (env) => {
    const log = [1];
    env.send(1 - env.id, { type: 'Log', body: log });
    log.push(2);
  };
  const persisted: ReplicaBehaviour['start'] = (env) => {
    const entry = { value: 1 };
    env.persist({ kind: 'append', log: 'log', entry });
    entry.value = 2;
  };

  test.each([
    ['a message', sent],
    ['a record', persisted],
  ])('fails on %s in paranoid mode', (_, start) => {
    expect(run(start, true)).toThrow(TypeError);
  });

  test.each([
    ['a message', sent],
    ['a record', persisted],
  ])('is not noticed on %s otherwise', (_, start) => {
    expect(run(start, false)).not.toThrow();
  });
});
