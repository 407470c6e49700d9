/** The unreplicated server and the chain of two. */
import { describe, expect, it } from 'vitest';
import { mutants, protocols } from '../../protocols/index.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import { thinChain } from '../../protocols/thin-chain/index.ts';
import { unreplicated } from '../../protocols/unreplicated/index.ts';
import { TestWorld } from './test-world.ts';

const put = (value: number) => ({ f: 'put', key: 'x', value });
const get = { f: 'get', key: 'x' };

describe('one server (D1)', () => {
  const world = () => new TestWorld(unreplicated, kv, { replicas: 1 });

  it('answers what it has executed', () => {
    const single = world();
    single.invoke(1, put(1));
    single.settle();
    single.invoke(1, get);
    single.settle();
    expect(single.outcomes.map(({ output }) => output)).toEqual([null, 1]);
  });

  it('executes a repeated request once', () => {
    const single = world();
    single.invoke(1, put(1));
    single.expire(1, 'retry');
    single.settle();
    expect(single.state(0).log).toHaveLength(1);
    expect(single.outcomes).toHaveLength(1);
  });

  it('answers only what is on its disk', () => {
    const single = world();
    single.holdDisk(0);
    single.invoke(1, put(1));
    single.settle();
    expect(single.outcomes).toEqual([]);
    single.crash(0);
    single.restart(0);
    expect(single.state(0).log).toEqual([]);
    single.expire(1, 'retry');
    single.settle();
    expect(single.outcomes).toHaveLength(1);
  });

  it('comes back with everything that it has answered', () => {
    const single = world();
    single.invoke(1, put(1));
    single.settle();
    single.crash(0);
    single.restart(0);
    single.invoke(1, get);
    single.settle();
    expect(single.outcomes.at(-1)?.output).toBe(1);
  });

  it('serves nobody while it is down', () => {
    const single = world();
    single.crash(0);
    single.invoke(1, put(1));
    single.settle();
    expect(single.outcomes).toEqual([]);
  });
});

describe('a chain of two', () => {
  const world = () => new TestWorld(thinChain, kv, { replicas: 2 });

  it('is entered at the head and answered by the tail', () => {
    const chain = world();
    chain.invoke(2, put(1));
    expect(chain.inFlight()).toEqual(['Request 2→0']);
    chain.deliver('Request', 2, 0);
    expect(chain.inFlight()).toEqual(['Forward 0→1']);
    chain.deliver('Forward', 0, 1);
    expect(chain.inFlight()).toEqual(['Reply 1→2', 'Ack 1→0']);
  });

  it('executes at the head what the tail has acknowledged', () => {
    const chain = world();
    chain.invoke(2, put(1));
    chain.settle(({ message }) => message.type !== 'Ack');
    expect(chain.state(0).app).toEqual({});
    chain.settle();
    expect(chain.state(0).app).toEqual({ x: 1 });
  });

  it('forwards again what was lost', () => {
    const chain = world();
    chain.invoke(2, put(1));
    chain.deliver('Request', 2, 0);
    chain.lose();
    chain.expire(0, 'resend');
    chain.settle();
    expect(chain.outcomes).toHaveLength(1);
  });

  it('executes a repeated request once and answers it again', () => {
    const chain = world();
    chain.invoke(2, put(1));
    chain.settle(({ message }) => message.type !== 'Reply');
    chain.lose();
    chain.expire(2, 'retry');
    chain.settle();
    expect(chain.state(1).history).toHaveLength(1);
    expect(chain.outcomes).toHaveLength(1);
  });

  it('takes nothing out of order at the tail', () => {
    const chain = new TestWorld(thinChain, kv, { replicas: 2, clients: 2 });
    chain.invoke(2, put(1));
    chain.invoke(3, put(2));
    chain.deliver('Request', 2, 0);
    chain.deliver('Request', 3, 0);
    chain.take('Forward', 0, 1);
    chain.deliver('Forward', 0, 1);
    expect(chain.state(1).history).toEqual([]);
  });
});

describe('the registry', () => {
  it('names protocols and mutants once', () => {
    expect(protocols.map(({ name }) => name)).toEqual([
      'vr',
      'mp',
      'chain',
      'craq',
      'op',
      'single',
      'chain2',
    ]);
    const rows = mutants.map(({ id, protocol = 'all' }) => `${id} of ${protocol}`);
    expect(new Set(rows).size).toBe(rows.length);
    const ofAll = mutants.filter(({ protocol }) => protocol === undefined).map(({ id }) => id);
    expect(mutants.filter(({ id }) => ofAll.includes(id))).toHaveLength(ofAll.length);
  });

  it('has default options within their own schema', () => {
    for (const option of protocols.flatMap(({ optionSchema }) => optionSchema)) {
      if (option.type === 'choice') expect(option.choices).toContain(option.default);
      if (option.type !== 'integer') continue;
      expect(option.default).toBeGreaterThanOrEqual(option.min);
      expect(option.default).toBeLessThanOrEqual(option.max);
    }
  });
});
