/** A judged history as people are shown it: operations in words, orders with their states. */
import {
  asKnownThen,
  type ConsistencyLevel,
  describeOperation,
  type History,
  type LevelResult,
  modelNamed,
  type ShownOperation,
  shownThen,
  statesAlong,
} from '../checker/index.ts';
import { isLeftOut, isSmall } from '../reports/counterexample-text.ts';
import { ABSENT } from '../reports/document.ts';
import type { PackedHistory, ReportEvidence, ReportHistory } from '../reports/history-document.ts';

/** The operations of the counterexample, if there is one, and where the longest order leads. */
export function shownOperations(
  history: History,
  { counterexample }: LevelResult,
): { readonly shown: readonly ShownOperation[]; readonly states: readonly string[] } {
  if (counterexample === undefined) return { shown: [], states: [] };
  const model = modelNamed(history.model);
  const shown = shownThen(model, history.operations, counterexample);
  const [order = []] = counterexample.partial;
  const known = asKnownThen(history.operations, counterexample);
  return { shown, states: statesAlong(model, history.initial, known, order) };
}

/** Longer witnesses are shown without the states: there may be much in each. */
const WITNESS_STATES_MAX = 1_000;

/** The history as an HTML report holds it before it is judged. */
export function reportedOperations(history: History, level: ConsistencyLevel): ReportHistory {
  const packed = packHistory(history);
  return level === 'linearizable' ? { packed } : { packed, level };
}

/** The same with what was found. */
export function reportHistory(
  known: ReportHistory,
  history: History,
  result: LevelResult,
): ReportHistory {
  const { level = 'linearizable' } = known;
  const { counterexample, witness } = result;
  if (counterexample !== undefined) {
    if (!isSmall(counterexample)) return { ...known, failing: counterexample.failing };
    return { ...known, evidence: evidenceOf(history, counterexample, level) };
  }
  if (witness === undefined) return known;
  const { model, initial, operations } = history;
  const isShort = witness.length <= WITNESS_STATES_MAX && !isSplit(history);
  const hasStates = isShort && !isAboutSessions(level);
  const states = hasStates ? statesAlong(modelNamed(model), initial, operations, witness) : [];
  return { ...known, witness: { order: witness, states } };
}

/** Whether no reader has one state of the object: what each can see differs. */
function isAboutSessions(level: ConsistencyLevel): boolean {
  return typeof level === 'string' && level !== 'linearizable' && level !== 'sequential';
}

function evidenceOf(
  { model, initial, operations }: History,
  counterexample: NonNullable<LevelResult['counterexample']>,
  level: ConsistencyLevel,
): ReportEvidence {
  const { object, failing, operations: small, open, partial, minimal } = counterexample;
  const known = asKnownThen(operations, counterexample);
  // Without real time the failing operation is the last to return, which may be without blame.
  const isStuck =
    typeof level === 'object' || level === 'linearizable' || isLeftOut(failing, partial);
  return {
    ...(object === null || object === '' ? {} : { key: object }),
    operations: small,
    ...(open === undefined ? {} : { open }),
    partial: partial.map((order) => ({
      order,
      states: statesAlong(modelNamed(model), initial, known, order),
    })),
    ...(isStuck ? { stuckAt: failing } : {}),
    minimal,
  };
}

/** Whether it is about several objects, each with a state of its own. */
function isSplit({ model, operations }: History): boolean {
  const { partition, wholeObject = partition } = modelNamed(model);
  if (wholeObject === undefined) return false;
  return new Set(operations.map((operation) => wholeObject(operation))).size > 1;
}

function packHistory({ model: name, operations }: History): PackedHistory {
  const model = modelNamed(name);
  const strings: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (text: string): number => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    ids.set(text, strings.length);
    return strings.push(text) - 1;
  };
  let last = 0;
  return {
    strings,
    process: operations.map(({ process }) => process),
    call: operations.map(({ call }) => {
      const difference = call - last;
      last = call;
      return difference;
    }),
    duration: operations.map(({ call, return: end }) => (end === null ? ABSENT : end - call)),
    text: operations.map((operation) => idOf(describeOperation(model, operation))),
    key: operations.map(({ key }) => (key === undefined ? ABSENT : idOf(key))),
  };
}
