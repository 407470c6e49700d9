/** What a history can be held against: the values of `check --level`. */
import {
  type CheckOptions,
  type ConsistencyLevel,
  checkConsistency,
  type History,
  type LevelResult,
  levelNames,
  modelNamed,
} from '../checker/index.ts';
import { InputError } from './exit.ts';
import { quoted } from './given.ts';
import { didYouMean } from './hints.ts';

/** Where none is asked for. */
export const LEVEL_DEFAULT: ConsistencyLevel = 'linearizable';

const STALE_BY = { 'stale-versions': 'versions', 'stale-time': 'time' } as const;

/** As help and messages have them. */
export const LEVELS: readonly string[] = [
  ...levelNames,
  ...Object.keys(STALE_BY).map((name) => `${name}:N`),
];

/** The level that a word names: `sequential`, or `stale-versions:2`. */
export function levelNamed(word: string): ConsistencyLevel {
  const known = levelNames.find((name) => name === word);
  if (known !== undefined) return known;
  const stale = /^(stale-versions|stale-time):(\d{1,15})$/.exec(word);
  const by = Object.entries(STALE_BY).find(([name]) => name === stale?.[1])?.[1];
  if (by !== undefined) return { staleness: { by, most: Number(stale?.[2]) } };
  const hint = didYouMean(word, LEVELS);
  throw new InputError(`--level takes ${LEVELS.join(', ')}, not ${quoted(word)}${hint}`);
}

/** What a history that fails is called. */
export function noAt(level: ConsistencyLevel): 'not-linearizable' | 'inconsistent' {
  return level === LEVEL_DEFAULT ? 'not-linearizable' : 'inconsistent';
}

/** As it was asked for. */
export function levelText(level: ConsistencyLevel): string {
  if (typeof level === 'string') return level;
  const { by, most } = level.staleness;
  return `stale-${by}:${most}`;
}

/**
 * Judges a history at a level. Throws `HistoryError` if the history is none, and
 * `UnsupportedModelError` if its model does not say enough for the level.
 */
export function judgeAt(
  level: ConsistencyLevel,
  { model, initial, operations }: History,
  options: CheckOptions,
): LevelResult {
  return checkConsistency(level, modelNamed(model), operations, { initial, ...options });
}
