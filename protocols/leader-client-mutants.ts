/**
 * Bugs planted in the client of protocols whose leaders are known by their ballots, by their rows
 * in the zoo: each replaces one rule.
 */
import type { Mutant } from '../sim/contract.ts';
import { type LeaderClientRules, leaderClientRules } from './leader-client.ts';

/** What is left to say of such a mutant is its protocol. */
export interface LeaderClientBug<Token> extends Pick<Mutant, 'id' | 'summary' | 'difficulty'> {
  readonly client: Partial<LeaderClientRules<Token>>;
}

export function leaderClientBugs<Token>(): readonly LeaderClientBug<Token>[] {
  return [
    {
      id: 'CL-1',
      summary: 'a client gives its retry a new request number',
      difficulty: 'easy',
      client: {
        requestForRetry(state) {
          state.requestNumber++;
          state.request = leaderClientRules.requestFor(state);
          return state.request;
        },
      },
    },
    {
      id: 'CL-2',
      summary: 'a client reports a request that timed out as one that has not happened',
      difficulty: 'easy',
      client: {
        onTimeout(state, context) {
          state.isOpen = false;
          context.env.refuse();
        },
      },
    },
    {
      id: 'CL-5',
      summary: 'a client without an answer asks the same node again, dead or not',
      difficulty: 'easy',
      client: { retryTargets: (state, { rules }) => [rules.firstToAsk(state)] },
    },
  ];
}
