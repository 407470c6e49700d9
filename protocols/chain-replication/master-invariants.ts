/** The named safety claim of what masters decide, judged by one who executes their commands too. */
import type { Invariant, InvariantWatcher } from '../../sim/contract.ts';
import { type Configuration, firstConfiguration, isSame } from './configuration.ts';
import { type ConfigurationCommand, changeChain, commandOf } from './configuration-machine.ts';
import type { ChainState } from './index.ts';
import { executedBy, ledgerOf, type MasterState } from './master-state.ts';
import { rolesOf } from './options.ts';

/** What the masters have decided up to some command. */
interface Ledger {
  readonly configuration: Configuration;
  /** Of the master that acts. */
  readonly term: number;
}

/**
 * The observer executes each command once, by the words of the claim. Masters keep commands until
 * the second snapshot after them, and whoever has executed one first is looked at before that.
 */
export const configurationOfWhoActs: Invariant<ChainState> = {
  name: 'configuration-of-who-acts',
  source: 'masters: a change counts only if the master that acts at its place has proposed it',
  restsAfter: 'idle',
  watch({ cluster }): InvariantWatcher<ChainState> {
    const configuration = firstConfiguration(rolesOf(cluster).firstChain);
    /** By the number of commands executed. */
    const ledgers: Ledger[] = [{ configuration, term: 0 }];
    return {
      only: rolesOf(cluster).masters,
      after(changed, state) {
        if (state.kind !== 'master') return undefined;
        const count = executedBy(state);
        extend(ledgers, state);
        const expected = ledgers[count]?.configuration;
        const actual = ledgerOf(state).configuration;
        if (expected === undefined || isSame(expected, actual)) return undefined;
        return (
          `n${changed} has [${actual.chain.join(' ')}] in epoch ${actual.epoch} after ${count}` +
          ' commands, of which those of masters that acted make' +
          ` [${expected.chain.join(' ')}] in epoch ${expected.epoch}`
        );
      },
    };
  },
};

/** With those commands that this master, and nobody before it, has executed. */
function extend(ledgers: Ledger[], { paxos: { replica } }: MasterState): void {
  const { executed, executedBefore } = replica;
  for (let at = ledgers.length - 1 - executedBefore; at >= 0 && at < executed.length; at++) {
    ledgers.push(next(ledgers.at(-1)!, commandOf(executed[at]!)));
  }
}

function next(ledger: Ledger, command: ConfigurationCommand): Ledger {
  const { configuration, term } = ledger;
  switch (command.f) {
    case 'act':
      return { configuration, term: Math.max(term, command.term) };
    case 'want':
    case 'confirm':
      return ledger;
    default:
      if (command.term !== term) return ledger;
      return { configuration: changeChain(configuration, command) ?? configuration, term };
  }
}
