/** Faults of a plan that did not strike, and why: whoever wrote the plan wants to know. */
import type { FaultOutcome, RunResult } from '../scenarios/spec.ts';
import type { PlannedFault } from '../sim/plan.ts';
import type { Unstruck } from '../sim/unstruck.ts';
import { unfiredInWords } from './faults.ts';
import { formatCount, formatTime, nodeName, plural } from './words.ts';

/** Plans of up to so many faults are read one by one; of larger ones the faults are counted. */
const FAULTS_TOLD = 12;

/** Lines without indentation: one a fault in a short plan, else one for all; none if all struck. */
export function unstruckLines(run: RunResult): readonly string[] {
  if (!isShort(run)) {
    return run.faults.every(({ status }) => status === 'fired') ? [] : [countsInWords(run)];
  }
  const unstruck = unstruckFaults(run);
  const width = Math.max(...unstruck.map(({ title }) => title.length));
  return unstruck.map(({ title, what }) => `${title.padEnd(width)}  ${what}`);
}

/** Whether the plan is one that a person may have written, and reads. */
export function isShort(run: RunResult): boolean {
  return run.spec.plan.faults.length <= FAULTS_TOLD;
}

export interface UnstruckFault {
  /** `crash n1 655 ms`. */
  readonly title: string;
  /** `not struck: the node was down already`. */
  readonly what: string;
}

/** With those that passed over some of the nodes that they strike in turn. */
export function unstruckFaults(run: RunResult): readonly UnstruckFault[] {
  const { leaderName } = run;
  const { plan, replicas } = run.spec;
  return run.faults.flatMap((outcome, index) => {
    const planned = plan.faults[index];
    const { status, node, passedOver = 0 } = outcome;
    if (planned === undefined || (status === 'fired' && passedOver === 0)) return [];
    const title = unfiredInWords(planned, replicas, { node, leaderName });
    const what =
      status === 'fired'
        ? passedOverInWords(run, passedOver)
        : `not struck: ${whyInWords(run, planned, outcome)}`;
    return [{ title, what }];
  });
}

function passedOverInWords({ spec }: RunResult, count: number): string {
  const { protocol, withinClaims } = spec;
  const beyond = withinClaims
    ? `, or beyond what ${protocol} claims to survive (withinClaims)`
    : '';
  return `passed over ${plural(count, 'node')}: down already${beyond}`;
}

function whyInWords(run: RunResult, planned: PlannedFault, outcome: FaultOutcome): string {
  const { protocol, withinClaims, ending } = run.spec;
  switch (outcome.why) {
    case 'beyond-claims':
      return `beyond what ${protocol} claims to survive (withinClaims)`;
    case 'no-record': {
      const spared = withinClaims ? ' (the last one is spared: withinClaims)' : '';
      return whyInShort(outcome) + spared;
    }
    case 'mark-not-reached':
      return missInWords(run, planned, outcome.seen ?? 0);
    case 'turned-quiet': {
      const since = ending.kind === 'quiet' ? `, at ${formatTime(ending.healAt)}` : '';
      return whyInShort(outcome) + since;
    }
    default:
      return whyInShort(outcome);
  }
}

/** Why a fault did not strike, without what the run has to say to that. */
export function whyInShort({ why, status }: FaultOutcome): string {
  switch (why) {
    case 'beyond-claims':
      return 'it is beyond what the protocol claims to survive';
    case 'node-down':
      return 'the node was down already';
    case 'no-record':
      return 'there was no record to damage';
    case 'nobody-to-ask':
      return 'no replica could change the members';
    case 'no-member':
      return 'nobody that it asks for can be a member';
    case 'no-build':
      return 'there was no other build';
    case 'mark-not-reached':
      return 'its mark was not reached';
    case 'turned-quiet':
      return 'faults had stopped by then';
    case 'run-ended':
      return 'the run ended first';
    case undefined:
      // Out of a result that does not tell.
      return status === 'held-back' ? 'it was held back' : 'it was not due in time';
    default:
      return why satisfies never;
  }
}

/** How far the fault was from the occurrence of its mark that it waited for. */
function missInWords({ spec, marks }: RunResult, { when }: PlannedFault, seen: number): string {
  if (when === undefined || (marks[when.mark] ?? 0) === 0) return 'its mark was never reached';
  if (seen > 0) return `its mark was reached ${plural(seen, 'time')}, not ${when.nth}`;
  if (when.node === undefined) return 'its mark was reached only when faults had stopped';
  return `${nodeName(when.node, spec.replicas)} did not reach its mark while faults lasted`;
}

/** `84 faults: 61 struck, 20 waited for a mark that was not reached, 3 found the node down`. */
function countsInWords({ faults }: RunResult): string {
  const counts = new Map<string, number>();
  for (const { status, why } of faults) {
    const what = why === undefined ? TOLD_BRIEFLY[status] : REASONS[why];
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const all = new Set([...Object.values(TOLD_BRIEFLY), ...Object.values(REASONS)]);
  const parts = [...all].flatMap((what) => {
    const count = counts.get(what) ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${what}`];
  });
  return `${plural(faults.length, 'fault')}: ${parts.join(', ')}`;
}

/** What is told of those that struck, and of others by a result that does not say why. */
const TOLD_BRIEFLY: { readonly [status in FaultOutcome['status']]: string } = {
  fired: 'struck',
  'never-triggered': 'not due in time',
  'held-back': 'held back',
};

/** What so many faults did instead of striking, in the order in which it is told. */
const REASONS: { readonly [why in Unstruck]: string } = {
  'mark-not-reached': 'waited for a mark that was not reached',
  'turned-quiet': 'due after faults had stopped',
  'run-ended': 'due after the end',
  'beyond-claims': 'held back (withinClaims)',
  'node-down': 'found the node down',
  'no-record': 'found no record to damage',
  'nobody-to-ask': 'found no replica that could change the members',
  'no-member': 'asked for nobody that can be a member',
  'no-build': 'found no other build',
};
