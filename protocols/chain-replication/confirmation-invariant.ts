/** The named safety claim of tails without leases: who confirms an epoch has looked in time. */
import type { ClusterView, Invariant, InvariantWatcher } from '../../sim/contract.ts';
import { SILENT } from './ghost.ts';
import type { ChainState } from './index.ts';
import type { MasterState } from './master-state.ts';
import { readOptions } from './options.ts';
import type { ServerState } from './state.ts';

/** An observer numbers the steps that it looks at. Questions and reads begin in such steps only. */
type Step = number;

/** The latest read of a master that is to confirm an epoch. */
interface Read {
  readonly number: number;
  readonly began: Step;
  /** When the latest one that has been answered had begun. */
  readonly answeredFrom: Step;
}

/** The latest question of a server. */
interface Question {
  readonly epoch: number;
  readonly round: number;
  readonly asked: Step;
  readonly confirmedRound: number;
}

/** Whichever master has answered: one of its reads began after the question, and came to an end. */
export const confirmationFollowsQuestion: Invariant<ChainState> = {
  name: 'confirmation-follows-question',
  source: 'masters: the read that confirms an epoch begins when the tail has asked, not earlier',
  restsAfter: 'idle',
  watch(view: ClusterView<ChainState>): InvariantWatcher<ChainState> {
    if (readOptions(view.cluster.options).readMode !== 'confirm') return SILENT;
    const reads: Read[] = [];
    const questions: (Question | undefined)[] = [];
    let step: Step = 0;
    return {
      after(changed, state) {
        step++;
        if (state.kind === 'master') {
          reads[changed] = latestRead(reads[changed], state, step);
          return undefined;
        }
        const question = questions[changed];
        questions[changed] = latestQuestion(question, state, step);
        if (question === undefined || !hasTakenAnswer(question, state)) return undefined;
        if (reads.some(({ answeredFrom }) => answeredFrom > question.asked)) return undefined;
        return (
          `n${changed} takes its question ${state.confirmedRound} for answered,` +
          ' and no read that masters have answered began after it'
        );
      },
      crashed(replica) {
        questions[replica] = undefined;
      },
    };
  },
};

function latestRead(known: Read | undefined, state: MasterState, step: Step): Read {
  const { confirmingBy, confirmedBy } = state;
  const read = known ?? { number: 0, began: 0, answeredFrom: 0 };
  const isAnswered = confirmedBy !== 0 && confirmedBy === read.number;
  if (!isAnswered && (confirmingBy === read.number || confirmingBy === 0)) return read;
  const answeredFrom = isAnswered ? read.began : read.answeredFrom;
  return { number: confirmingBy, began: step, answeredFrom };
}

function latestQuestion(known: Question | undefined, state: ServerState, step: Step): Question {
  const { round, confirmedRound, configuration } = state;
  const asked = known !== undefined && known.round === round ? known.asked : step;
  return { epoch: configuration.epoch, round, asked, confirmedRound };
}

/** A new epoch takes all questions for answered, and answers no query with that. */
function hasTakenAnswer(question: Question, { configuration, confirmedRound }: ServerState) {
  return question.epoch === configuration.epoch && confirmedRound > question.confirmedRound;
}
