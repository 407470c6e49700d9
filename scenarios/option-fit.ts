/**
 * Whether options fit how many replicas there are. What a user says is refused where it does not;
 * what was drawn, or stands there by default, is lowered to what does.
 */
import type { OptionLimit, Options, Protocol } from '../sim/contract.ts';
import { exceededLimits } from '../sim/option-limits.ts';
import { SpecError } from './assemble.ts';

/** What of a protocol tells which options go together. */
type Limiting = Pick<Protocol, 'name' | 'optionSchema' | 'replicasMin' | 'limits'>;

/** More replicas than this are not looked for. */
const REPLICAS_LOOKED_AT = 100;

/**
 * Throws `SpecError` for options that no cluster can have: it names the option, its value and what
 * is allowed. What is no more than advised may be otherwise: a spec on file may be a shrunk one.
 */
export function checkFit(protocol: Limiting, options: Options, replicas: number): void {
  checkReplicas(protocol, replicas);
  const limits = exceededLimits(protocol, options, replicas);
  refuse(
    options,
    limits.filter(({ isAdvice }) => isAdvice !== true),
  );
}

/** Throws `SpecError` for those, and for what nobody would give a whole cluster on purpose. */
export function checkSense(protocol: Limiting, options: Options, replicas: number): void {
  checkReplicas(protocol, replicas);
  refuse(options, exceededLimits(protocol, options, replicas));
}

function refuse(options: Options, [limit]: readonly OptionLimit[]): void {
  if (limit === undefined) return;
  const { option, most, because } = limit;
  const expected = most === undefined ? `at least ${limit.least}` : `at most ${most}`;
  throw new SpecError(`option ${option} = ${options[option]}: expected ${expected}: ${because}`);
}

/** Throws `SpecError` for fewer replicas than the protocol is for. */
function checkReplicas({ name, replicasMin = 1 }: Limiting, replicas: number): void {
  if (replicas >= replicasMin) return;
  const are = replicas === 1 ? 'there is 1' : `there are ${replicas}`;
  throw new SpecError(`${name} needs at least ${replicasMin} replicas, and ${are}`);
}

/**
 * The options with those lowered that `replicas` leave no room for, and those brought into line
 * that contradict others; those named in `kept` stay. The result need not fit if there is no room
 * for those either: `checkSense` says.
 */
export function fittedOptions(
  protocol: Limiting,
  options: Options,
  replicas: number,
  kept: readonly string[] = [],
): Options {
  let fitted = options;
  for (;;) {
    const limits = exceededLimits(protocol, fitted, replicas);
    const limit = limits.find(({ option }) => !kept.includes(option));
    const bound = limit?.most ?? limit?.least;
    if (limit !== undefined && bound !== undefined) fitted = { ...fitted, [limit.option]: bound };
    else if (limits.length === 0) return fitted;
    else return leavingRoom(protocol, fitted, replicas, kept);
  }
}

/** So many replicas as `given` needs, or what there are if that is enough, or never will be. */
export function enoughReplicas(protocol: Limiting, given: Options, replicas: number): number {
  const kept = Object.keys(given);
  const defaults = protocol.optionSchema.map((option) => [option.name, option.default] as const);
  const complete = { ...Object.fromEntries(defaults), ...given };
  for (let count = replicas; count <= REPLICAS_LOOKED_AT; count++) {
    const fitted = fittedOptions(protocol, complete, count, kept);
    if (exceededLimits(protocol, fitted, count).length === 0) return count;
  }
  return replicas;
}

/** Where what is kept is too much: the others take up as little as they can. */
function leavingRoom(
  protocol: Limiting,
  options: Options,
  replicas: number,
  kept: readonly string[],
): Options {
  const limited = (protocol.limits?.(options, replicas) ?? [])
    .filter(({ isAdvice }) => isAdvice !== true)
    .map(({ option }) => option);
  const least = protocol.optionSchema.flatMap((option) =>
    option.type === 'integer' && limited.includes(option.name) && !kept.includes(option.name)
      ? [[option.name, option.min] as const]
      : [],
  );
  return { ...options, ...Object.fromEntries(least) };
}
