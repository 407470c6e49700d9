/** What was drawn in the decisive event of a failure, and how a run differs that escapes there. */
import type { Divergence } from '../scenarios/diff/divergence.ts';
import type { Jump } from '../scenarios/explain/explanation.ts';
import type { EventRecord } from '../sim/record.ts';
import { fateInWords, linkInWords, recordInWords } from './event-words.ts';
import { formatTimeExact } from './words.ts';

/** So many messages that left in the decisive event are named. */
const FATES_SHOWN = 5;

/** One sentence, or none where the log does not tell. */
export function drawnSentence(jump: Jump, replicas: number): readonly string[] {
  const pair = jump.parting === undefined ? undefined : partingPair(jump.parting, jump.after.time);
  if (pair === undefined) return fatesSentence(jump, replicas);
  const failing = sideInWords(pair.failing, pair, replicas);
  const escaping = sideInWords(pair.escaping, pair, replicas);
  // A message that is lost at another time tells nothing.
  if (failing === escaping) return fatesSentence(jump, replicas);
  return [`In a run that fails, ${failing}; in one that escapes, ${escaping}.`];
}

/** The same thing as it came out in both runs; absent in one where it never came. */
interface Pair {
  readonly failing?: EventRecord | undefined;
  readonly escaping?: EventRecord | undefined;
}

/** The thing that tells most of how the two runs part: a message of that very event, if any. */
function partingPair(parting: Divergence, time: number): Pair | undefined {
  const { a, b, laterA, laterB, isSameThing } = parting;
  if (isSameThing) return { failing: a, escaping: b };
  const pairs: Pair[] = [
    { failing: a, escaping: laterB },
    { failing: laterA, escaping: b },
  ];
  const telling = pairs.filter(differs);
  return telling.find((pair) => isSentAt(pair, time)) ?? telling.find(isWhole);
}

/** A message that came in one of the two only tells something, anything else too little. */
function differs({ failing, escaping }: Pair): boolean {
  if (failing === undefined || escaping === undefined) {
    return isMessage(failing ?? escaping);
  }
  return (
    failing.kind !== escaping.kind ||
    failing.time !== escaping.time ||
    failing.fate !== escaping.fate
  );
}

function isWhole({ failing, escaping }: Pair): boolean {
  return failing !== undefined && escaping !== undefined;
}

function isSentAt({ failing, escaping }: Pair, time: number): boolean {
  return (failing ?? escaping)?.sentAt === time;
}

function isMessage(record: EventRecord | undefined): boolean {
  return record?.kind === 'deliver' || record?.kind === 'drop';
}

function sideInWords(record: EventRecord | undefined, pair: Pair, replicas: number): string {
  if (record === undefined) {
    const other = pair.failing ?? pair.escaping;
    return other === undefined ? 'nothing' : `${linkInWords(other, replicas)} does not arrive`;
  }
  if (isMessage(record)) return fateInWords(withType(record, pair), replicas);
  const { summary, time } = record;
  const told = `${recordInWords(record, replicas)} at ${formatTimeExact(time)}`;
  if (summary !== undefined) return `${told} as ${summary}`;
  // A summary that a step leaves as it is has no place in the log.
  const isChanged = (pair.failing ?? record).summary !== (pair.escaping ?? record).summary;
  return isChanged ? `${told} as it was` : told;
}

/** A message that was corrupted on its way has its type in the other run only. */
function withType(record: EventRecord, { failing, escaping }: Pair): EventRecord {
  const other = record === failing ? escaping : failing;
  const label = record.fate === 'corrupt' ? other?.label : record.label;
  return label === undefined ? record : { ...record, label };
}

/** Of the messages that left in that event, those that met with chance: none does to oneself. */
function fatesSentence(jump: Jump, replicas: number): readonly string[] {
  const drawn = jump.sent.filter(
    ({ fate, node, peer }) => fate !== 'cut' && fate !== 'down' && node !== peer,
  );
  // What was lost tells most.
  const lost = drawn.filter(({ kind }) => kind === 'drop');
  const fates = [...lost, ...drawn.filter(({ kind }) => kind !== 'drop')];
  if (fates.length === 0) return [];
  const shown = fates.slice(0, FATES_SHOWN).map((record) => fateInWords(record, replicas));
  const more = fates.length - shown.length;
  return [`Sent in it: ${shown.join(' · ')}${more > 0 ? ` · and ${more} more` : ''}.`];
}
