/** The masters' state machine: which changes of the chain are valid, and when. */
import { describe, expect, it } from 'vitest';
import {
  type ConfigurationCommand,
  type ConfigurationState,
  configurationMachine,
} from '../../protocols/chain-replication/configuration-machine.ts';
import type { Plain } from '../../sim/plain.ts';

const machine = configurationMachine([1, 2, 3], null);
const TERM = 7;

function decided(...commands: readonly ConfigurationCommand[]): ConfigurationState {
  const state = machine.initial();
  for (const command of [{ f: 'act', term: TERM } as const, ...commands]) {
    machine.apply(state, { ...command } as Plain);
  }
  return state;
}

const remove = (epoch: number, server: number, term = TERM): ConfigurationCommand => ({
  f: 'remove',
  epoch,
  server,
  term,
});
const beginJoin = (epoch: number, server: number, incarnation = 1) => ({
  f: 'beginJoin' as const,
  epoch,
  server,
  incarnation,
  term: TERM,
});

const completeJoin = (epoch: number, server: number): ConfigurationCommand => ({
  f: 'completeJoin',
  epoch,
  server,
  term: TERM,
});

describe('the configuration', () => {
  it('has a new epoch after each change', () => {
    const { configuration } = decided(remove(1, 2), remove(2, 1));
    expect(configuration).toMatchObject({ epoch: 3, chain: [3] });
  });

  it('is not changed by a command for another epoch', () => {
    expect(decided(remove(1, 2), remove(1, 1)).configuration.chain).toEqual([1, 3]);
  });

  it('is not changed by what a master proposed before another one acted', () => {
    const late = remove(1, 2, TERM - 1);
    expect(decided(late).configuration).toMatchObject({ epoch: 1, chain: [1, 2, 3] });
  });

  it('never loses the last server that surely has everything', () => {
    const alone = [remove(1, 1), remove(2, 2)];
    expect(decided(...alone, remove(3, 3)).configuration.chain).toEqual([3]);
    const joined: ConfigurationCommand[] = [
      ...alone,
      beginJoin(3, 1),
      { f: 'completeJoin', epoch: 4, server: 1, term: TERM },
    ];
    expect(decided(...joined, remove(5, 3)).configuration).toMatchObject({
      chain: [3, 1],
      joining: 1,
    });
    const settled = [...joined, { f: 'settleJoin', epoch: 5, server: 1, term: TERM } as const];
    expect(decided(...settled, remove(6, 3)).configuration.chain).toEqual([1]);
  });

  it('lets one server join at a time, and remembers which incarnation of it', () => {
    const { configuration } = decided(
      remove(1, 1),
      remove(2, 2),
      beginJoin(3, 1, 4),
      beginJoin(4, 2),
    );
    expect(configuration).toMatchObject({ epoch: 4, joining: 1, incarnations: { 1: 4 } });
  });

  it('has a server join as the tail, if nobody is named that it will be before', () => {
    const joining = [remove(1, 1), beginJoin(2, 1)];
    expect(decided(...joining).configuration).not.toHaveProperty('before');
    expect(decided(...joining, completeJoin(3, 1)).configuration.chain).toEqual([2, 3, 1]);
  });

  it('has a server join before the one that is named', () => {
    const joining = [remove(1, 1), { ...beginJoin(2, 1), before: 3 }];
    expect(decided(...joining).configuration).toMatchObject({ chain: [2, 3], before: 3 });
    const { configuration } = decided(...joining, completeJoin(3, 1));
    expect(configuration).toMatchObject({ chain: [2, 1, 3], joining: 1 });
    expect(configuration).not.toHaveProperty('before');
  });

  it('has nobody join before a server that is not in the chain', () => {
    const joining = [remove(1, 1), remove(2, 2), { ...beginJoin(3, 1), before: 2 }];
    expect(decided(...joining).configuration).toMatchObject({ epoch: 3, joining: null });
  });

  it('has it join before the next one, when the one that was named is removed', () => {
    const joining = [remove(1, 1), { ...beginJoin(2, 1), before: 2 }, remove(3, 2)];
    expect(decided(...joining).configuration).toMatchObject({ chain: [3], before: 3 });
    expect(decided(...joining, completeJoin(4, 1)).configuration.chain).toEqual([1, 3]);
  });

  it('has it join as the tail, when that was the last one', () => {
    const joining = [remove(1, 1), { ...beginJoin(2, 1), before: 3 }, remove(3, 3)];
    expect(decided(...joining).configuration).not.toHaveProperty('before');
    expect(decided(...joining, completeJoin(4, 1)).configuration.chain).toEqual([2, 1]);
  });

  it('forgets where a server was to be that is removed before it is there', () => {
    const joining = [remove(1, 1), { ...beginJoin(2, 1), before: 3 }, remove(3, 1)];
    const { configuration } = decided(...joining);
    expect(configuration).toMatchObject({ chain: [2, 3], joining: null });
    expect(configuration).not.toHaveProperty('before');
  });

  it('follows the wishes of operators in the order in which they were decided', () => {
    const { wanted, decidedWishes } = decided(
      { f: 'want', number: 1, askedOf: 0, id: 5, servers: [1, 2] },
      { f: 'want', number: 1, askedOf: 1, id: 6, servers: [3] },
      { f: 'want', number: 2, askedOf: 0, id: 7, servers: [2] },
    );
    expect(wanted).toEqual([2]);
    expect(decidedWishes).toEqual({ 0: 7 });
  });

  it('is confirmed by a command that changes nothing', () => {
    const state = decided(remove(1, 2));
    expect(machine.isReadOnly({ f: 'confirm' })).toBe(true);
    expect(machine.apply(state, { f: 'confirm' })).toBe(2);
    expect(state).toEqual(decided(remove(1, 2)));
  });
});
