/**
 * The explanation of a failure in words and as a graph of characters, for a terminal. The report's
 * viewer takes the same sentences.
 */
import type { Chance, Explanation, FaultEffect, Jump } from '../scenarios/explain/explanation.ts';
import type { NetworkConfig } from '../sim/plan.ts';
import { chanceGraph } from './chance-graph.ts';
import { drawnSentence } from './drawn-words.ts';
import { eventInWords } from './event-words.ts';
import { faultInWords, isInstant } from './faults.ts';
import { chancesInWords } from './plan.ts';
import { formatCount, formatTime, formatTimeExact, formatTimeRange, plural } from './words.ts';

export interface ExplanationStyle {
  /** Block characters; a plain terminal or a file gets ASCII. */
  readonly blocks?: boolean;
}

const FAULTS_SHOWN = 5;
const CAPTION = 'How often it still fails so, by the time from which on all is drawn anew:';
const WIDTH = 96;
const CONTINUATION = '   ';
/** From here on one event decides more than all the others together. */
const DECISIVE_RISE = 0.5;
/** Beside each other on the graph's axis; what is listed has its letter there. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Lines without indentation: sentences, then the graph, then the faults that mattered. */
export function explanationLines(
  explanation: Explanation,
  style: ExplanationStyle = {},
): readonly string[] {
  const listed = listedFaults(explanation);
  const marks = listed.map(({ effect, letter }) => ({ time: effect.at, letter }));
  const others = explanation.faults.filter((fault) => listed.every((of) => of.effect !== fault));
  return [
    ...sentencesOf(explanation).flatMap((sentence) => wrapped(sentence)),
    ...(explanation.verdict === 'plan'
      ? []
      : [
          CAPTION,
          ...chanceGraph(explanation, {
            hasBlocks: style.blocks === true,
            marks: [...marks, ...others.map(({ at }) => ({ time: at }))],
          }),
        ]),
    ...listed.flatMap(({ effect, letter }) => {
      const name = explanation.verdict === 'plan' ? '' : `${letter}  `;
      return wrapped(`${name}${effectInWords(effect, explanation)}`);
    }),
    ...otherFaults(explanation).flatMap((sentence) => wrapped(sentence)),
  ];
}

/** Lines of readable length; those that go on are set in. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    else if (last.length + 1 + word.length > WIDTH) lines.push(CONTINUATION + word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** What decides, how likely the failure was before and after, and what was drawn there. */
export function sentencesOf(explanation: Explanation): readonly string[] {
  const { verdict, jumps, cut, runs, replicas, network } = explanation;
  const [jump, ...others] = jumps;
  return [
    ...(verdict === 'jump' && jump !== undefined
      ? [jumpSentence(jump, explanation), chanceSentence(jump), ...drawnSentence(jump, replicas)]
      : [startSentence(explanation)]),
    ...(verdict === 'gradual' && jump !== undefined
      ? [`The largest rise found is ${placeOf(jump, explanation)}: ${riseOf(jump)}.`]
      : []),
    ...others.map((other) => `A smaller rise is ${placeOf(other, explanation)}: ${riseOf(other)}.`),
    ...(network === undefined ? [] : [networkSentence(network)]),
    ...(cut === undefined ? [] : [cutSentence(cut, runs)]),
  ];
}

/** What chance is in the tries of a run that itself leaves nothing to it. */
function networkSentence(network: NetworkConfig): string {
  const chances = chancesInWords(network);
  return `Drawn anew, it goes on in the network that it was shrunk from: ${chances}.`;
}

/** `8 of 64 runs (6–23 %)`: what was counted, and what is sure of it. */
export function chanceInWords(chance: Chance): string {
  return `${chance.failed} of ${plural(chance.tries, 'run')} (${rangeInWords(chance)})`;
}

/** The faults that made a difference beyond doubt, as the graph's letters name them. */
export function listedFaults(
  explanation: Explanation,
): readonly { readonly effect: FaultEffect; readonly letter: string }[] {
  const telling = explanation.faults.filter(isTelling).slice(0, FAULTS_SHOWN);
  const byTime = [...telling].sort((a, b) => a.at - b.at || a.index - b.index);
  return telling.map((effect) => ({ effect, letter: LETTERS[byTime.indexOf(effect)] ?? '?' }));
}

/** `crash n1 20–40 ms: without it 2 of 32 runs (2–20 %) fail the same way, with it …`. */
export function effectInWords(effect: FaultEffect, { replicas }: Explanation): string {
  const { measured } = effect;
  const title = titleOf(effect, replicas);
  if (measured === undefined) return `${title}: not measured`;
  const [without, withIt] = [measured.without, measured.with].map(chanceInWords);
  return `${title}: without it ${without} fail the same way, with it ${withIt}`;
}

function isTelling({ measured }: FaultEffect): boolean {
  return measured !== undefined && measured.without.high < measured.with.low;
}

function jumpSentence(jump: Jump, explanation: Explanation): string {
  const rise = jump.after.failed / jump.after.tries - jump.before.failed / jump.before.tries;
  const verb = rise >= DECISIVE_RISE ? 'It hinges on' : 'No event decides more than';
  return `${verb} ${placeOf(jump, explanation)}.`;
}

/** `event 412 at 63.210 ms: n1 receives StartViewChange from n2`, or between two events. */
function placeOf({ before, after, records }: Jump, { replicas }: Explanation): string {
  const time = formatTimeExact(after.time);
  if (after.event - before.event > 1) {
    const from = formatCount(before.event + 1);
    return `what is drawn in events ${from} to ${formatCount(after.event)}, up to ${time}`;
  }
  return `event ${formatCount(after.event)} at ${time}: ${eventInWords(records, replicas)}`;
}

/** Runs that fail in another way are no escapes. */
function chanceSentence({ before, after }: Jump): string {
  const others = before.other === 0 ? '' : ` and ${before.other} in another`;
  return (
    `Drawn anew from there on, ${chanceInWords(before)} fail the same way${others}; ` +
    `drawn anew after it, ${chanceInWords(after)}.`
  );
}

function riseOf({ before, after }: Jump): string {
  return `from ${chanceInWords(before)} to ${chanceInWords(after)}`;
}

function startSentence(explanation: Explanation): string {
  const { verdict, points, event, time, isNetworkDrawn } = explanation;
  const [start] = points;
  if (start === undefined) return 'Nothing could be tried within the budget.';
  const chance = chanceInWords(start);
  if (verdict === 'plan') {
    if (explanation.network !== undefined) {
      return (
        'Nearly any course of events leads to it: with everything drawn anew from the start, ' +
        `${chance} fail the same way.`
      );
    }
    const plan = isNetworkDrawn
      ? 'The plan decides it'
      : 'The plan and its fixed network decide it';
    return (
      `${plan}: with everything drawn anew from the start, ${chance} fail the same way. ` +
      'Chance plays no part.'
    );
  }
  const half = points.find((_, index) => {
    return points.slice(index).every(({ failed, tries }) => 2 * failed >= tries);
  });
  const where =
    half === undefined || half.event === 0
      ? ''
      : ` From event ${formatCount(half.event)} of ${formatCount(event)} on ` +
        `(${formatTime(half.time)} of ${formatTime(time)}) at least half of them do.`;
  return (
    `No single event decides it: with everything drawn anew from the start, ${chance} fail ` +
    `the same way.${where}`
  );
}

function cutSentence(cut: 'time' | 'budget', runs: number): string {
  const spent = cut === 'time' ? 'its time' : 'its budget';
  return `This took ${plural(runs, 'run')}, and all of ${spent}: it could be told more exactly.`;
}

/** Faults that are not listed: sentences, as few as it takes. */
export function otherFaults({ faults, isMinimal, replicas }: Explanation): readonly string[] {
  const telling = faults.filter(isTelling).length;
  const idle = faults.filter((fault) => fault.measured !== undefined && !isTelling(fault));
  const unmeasured = faults.length - telling - idle.length;
  const isNeeded = isMinimal === true && idle.length > 0;
  const told = [
    ...counted(telling - FAULTS_SHOWN, 'matters too', 'matter too'),
    ...(isNeeded
      ? []
      : counted(idle.length, 'makes no difference that shows', 'make no difference that shows')),
    ...counted(unmeasured, 'was not tried', 'were not tried'),
  ];
  const what = telling > 0 ? 'Other faults' : 'Faults';
  return [
    ...(told.length === 0 ? [] : [`${what}: ${told.join(', ')}.`]),
    ...(isNeeded ? [neededSentence(idle, replicas)] : []),
  ];
}

/** The one run fails only with them; whether others like it do so is another question. */
function neededSentence(idle: readonly FaultEffect[], replicas: number): string {
  const shown = idle.slice(0, FAULTS_SHOWN).map((effect) => titleOf(effect, replicas));
  const more = idle.length - shown.length;
  const names = more > 0 ? [...shown, `and ${more} more`] : shown;
  const what = idle.length === 1 ? 'this one makes' : 'these make';
  return (
    'The run as it is shown needs each of its faults. Drawn anew from where it strikes, ' +
    `${what} no difference that shows: ${names.join(' · ')}.`
  );
}

function titleOf({ fault, at, until, node }: FaultEffect, replicas: number): string {
  const isLasting = until !== undefined && !isInstant(fault.fault);
  const when = isLasting ? formatTimeRange(at, until) : `at ${formatTime(at)}`;
  return `${faultInWords(fault, replicas, node)} ${when}`;
}

function counted(count: number, one: string, many: string): readonly string[] {
  return count > 0 ? [`${count} ${count === 1 ? one : many}`] : [];
}

/** `6–23 %`, `94–100 %`, or `100 %` where both are the same. */
function rangeInWords({ low, high }: Chance): string {
  const from = Math.floor(low * 100);
  const to = Math.ceil(high * 100);
  return from === to ? `${from} %` : `${from}–${to} %`;
}
