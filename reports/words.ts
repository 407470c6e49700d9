/**
 * Numbers, times and names as every report writes them. Platform-neutral on purpose: the terminal
 * and the viewer must say the same thing, and a locale must never change a report's bytes.
 */
import type {
  CorpusAccount,
  CorpusComplaint,
  CorpusOutcome,
  Expectation,
} from '../scenarios/campaign-types.ts';
import type { Plain } from '../sim/plain.ts';

const MICROS_PER_MS = 1000;
const MICROS_PER_SECOND = 1_000_000;
/** From here on milliseconds need no decimals, and above `SECONDS_FROM` seconds read better. */
const WHOLE_MS_FROM = 10_000;
const SECONDS_FROM = 10_000_000;

/** A whole number with commas: `233,110`. */
export function formatCount(count: number): string {
  const digits = String(Math.abs(Math.round(count)));
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return count < 0 ? `-${grouped}` : grouped;
}

/** Three figures at most: `980`, `9.1k`, `31k`, `412M`. */
export function formatCompact(count: number): string {
  let value = count;
  for (const unit of ['', 'k', 'M', 'G', 'T']) {
    // 999.5 of one unit would print as 1000 of it: it belongs to the next.
    if (value < 999.5 || unit === 'T') {
      const isExact = unit === '' || value >= 9.95;
      return isExact ? `${Math.round(value)}${unit}` : `${trimZeros(value.toFixed(1))}${unit}`;
    }
    value /= 1000;
  }
  return String(count);
}

/** How many a second: `512`, and `0.6` where there are few. */
export function formatSpeed(rate: number): string {
  if (rate >= 9.95) return formatCompact(rate);
  // Of what goes on for minutes, a tenth is all there is to tell.
  return rate >= 0.1 ? trimZeros(rate.toFixed(1)) : trimZeros(rate.toPrecision(1));
}

/** `1 seed`, `2 seeds`, `3 crashes`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`;
}

/** A virtual time or duration in micros: `850 µs`, `1.25 ms`, `812 ms`, `12.3 s`. */
export function formatTime(micros: number): string {
  const unit = unitOf(micros);
  return `${inUnit(micros, unit)} ${unit}`;
}

/** To the microsecond, in milliseconds: `812.345 ms`; for places where two events must differ. */
export function formatTimeExact(micros: number): string {
  const whole = Math.floor(micros / MICROS_PER_MS);
  const rest = String(micros - whole * MICROS_PER_MS).padStart(3, '0');
  return `${formatCount(whole)}.${rest} ms`;
}

/** `420–700 ms`, the unit once, as the end's; `23 ms` where both read the same. */
export function formatTimeRange(from: number, to: number): string {
  const unit = unitOf(to);
  const isOneUnit = from === 0 || unitOf(from) === unit;
  const start = isOneUnit ? inUnit(from, unit) : formatTime(from);
  const end = inUnit(to, unit);
  return isOneUnit && start === end ? `${end} ${unit}` : `${start}–${end} ${unit}`;
}

const PPM_PER_PERCENT = 10_000;

/** Parts per million as per cent, to three figures or so: `36.2 %`, `1.4 %`, `0.0007 %`. */
export function formatRate(ppm: number): string {
  const percent = ppm / PPM_PER_PERCENT;
  const decimals = percent >= 10 ? 1 : percent >= 0.01 ? 2 : 4;
  return `${trimZeros(percent.toFixed(decimals))} %`;
}

/** Wall time as people say it: `0.9s`, `1m06s`, `2h05m`. */
export function formatElapsed(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`;
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${pad2(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${pad2(minutes % 60)}m`;
}

/** Replicas are `n0` …, clients `c0` …: a client's node id follows the replicas'. */
export function nodeName(node: number, replicas: number): string {
  return node < replicas ? `n${node}` : `c${node - replicas}`;
}

/** What was violated: `linearizability`, `invariant logs-agree`, `no-exception TypeError`. */
export function oracleName(failure: {
  readonly oracle: string;
  readonly invariant?: string;
}): string {
  const { oracle, invariant } = failure;
  if (invariant === undefined) return oracle;
  return oracle === 'invariants' ? `invariant ${invariant}` : `${oracle} ${invariant}`;
}

/** `14 of 14 saved failures as expected`, `12 of 14 … · 1 violated · 1 stale`. */
export function corpusInWords({ entries, asExpected, others }: CorpusAccount): string {
  const all = `${formatCount(asExpected)} of ${plural(entries, 'saved failure')} as expected`;
  return [all, ...outcomeCounts(others.map(({ outcome }) => outcome))].join(' · ');
}

/** `1 violated`, `2 stale`: in the order in which they first occur. */
export function outcomeCounts(outcomes: readonly CorpusOutcome[]): readonly string[] {
  return [...new Set(outcomes)].map((outcome) => {
    return `${formatCount(outcomes.filter((each) => each === outcome).length)} ${outcome}`;
  });
}

/** What is the matter with a saved failure, in a few words. */
export function outcomeInWords(outcome: CorpusComplaint['outcome']): string {
  switch (outcome) {
    case 'violated':
      return 'it has to pass, and fails';
    case 'stale':
      return 'it no longer shows what it was kept for';
    case 'edited':
      return 'it is not the run that was recorded';
    case 'inconclusive':
      return 'it came to no verdict';
    case 'internal-error':
      return 'quorumlab itself failed';
    case 'unreadable':
      return 'it cannot be read';
    default:
      return outcome satisfies never;
  }
}

/** `a failure was expected and found`, `L-7f3a was expected, but not found`. */
export function expectationInWords({ signature, isFound }: Expectation): string {
  const what = signature === '' ? 'a failure' : signature;
  return `${what} was expected${isFound ? ' and found' : ', but not found'}`;
}

/** More scenarios than this are counted in a heading, and listed elsewhere. */
const SCENARIOS_NAMED = 3;

/** `vr/calm, vr/chaos`, or `16 scenarios of vr`. */
export function scenariosTitle(scenarios: readonly string[], protocol: string): string {
  if (scenarios.length <= SCENARIOS_NAMED) return scenarios.join(', ');
  return `${plural(scenarios.length, 'scenario')} of ${protocol}`;
}

/** A JSON value on one line, objects without quotes around simple keys. */
export function formatPlain(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(formatPlain).join(', ')}]`;
  if (isRecord(value)) {
    const fields = Object.keys(value).map((key) => `${key}: ${formatPlain(value[key] ?? null)}`);
    return `{${fields.join(', ')}}`;
  }
  return JSON.stringify(value);
}

/** The fields of a message as the event log has them, without its type, which is its label. */
export function fieldsOf(detail: string, label: string): string {
  const named = `{type: "${label}"`;
  return detail.startsWith(named) ? `{${detail.slice(named.length).replace(/^, /, '')}` : detail;
}

/** An operation in words: `put x = 4`, `cas x 3 → 4`, `get x`; a foreign shape field by field. */
export function formatOperation(operation: Plain): string {
  if (Array.isArray(operation)) return operation.map(bare).join(' ');
  if (!isRecord(operation)) return bare(operation);
  const nameField = NAME_FIELDS.find((field) => typeof operation[field] === 'string');
  if (nameField === undefined) return formatPlain(operation);
  const words = [bare(operation[nameField] ?? null)];
  const { key, value } = operation;
  if (key !== undefined) words.push(bare(key));
  if (Array.isArray(value) && value.length === 2) {
    words.push(value.map(bare).join(' → '));
  } else if (value !== undefined && value !== null) {
    words.push(key === undefined ? bare(value) : `= ${bare(value)}`);
  }
  const said = new Set([nameField, 'key', 'value']);
  for (const field of Object.keys(operation)) {
    if (!said.has(field)) words.push(`${field} ${bare(operation[field] ?? null)}`);
  }
  return words.join(' ');
}

/** What a client asks for: `get x`, and `get x, sequential` where that is enough. */
export function formatAsked({ operation, level }: Asked): string {
  return level === undefined
    ? formatOperation(operation)
    : `${formatOperation(operation)}, ${level}`;
}

interface Asked {
  readonly operation: Plain;
  readonly level?: string;
}

/** The key that an operation names, for filters; undefined when it names none. */
export function operationKey(operation: Plain): string | undefined {
  if (!isRecord(operation)) return undefined;
  const { key } = operation;
  return typeof key === 'string' || typeof key === 'number' ? String(key) : undefined;
}

/** Where operations of one machine or another have their name; ours have it in `f`. */
const NAME_FIELDS = ['f', 'op', 'type', 'kind', 'name'];

function isRecord(value: Plain): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Words and numbers without quotes; anything else as JSON, so that nothing is ambiguous. */
function bare(value: Plain): string {
  if (typeof value === 'string' && /^[\w.:/-]+$/.test(value)) return value;
  return formatPlain(value);
}

type TimeUnit = 'µs' | 'ms' | 's';

function unitOf(micros: number): TimeUnit {
  if (micros < MICROS_PER_MS) return 'µs';
  return micros < SECONDS_FROM ? 'ms' : 's';
}

function inUnit(micros: number, unit: TimeUnit): string {
  switch (unit) {
    case 'µs':
      return String(micros);
    case 'ms':
      return micros < WHOLE_MS_FROM
        ? trimZeros((micros / MICROS_PER_MS).toFixed(2))
        : formatCount(micros / MICROS_PER_MS);
    case 's':
      return trimZeros((micros / MICROS_PER_SECOND).toFixed(2));
    default:
      return unit satisfies never;
  }
}

function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

function pad2(value: number): string {
  return String(value).padStart(2, '0');
}
