/**
 * What a user sets so that it is another world than the scenario's. What the scenario promises of
 * its own world may be impossible in that one, and is not judged there; a setting that says what
 * the scenario says anyway changes nothing.
 */
import type { Options } from '../../sim/contract.ts';
import type { Alteration } from '../spec.ts';
import type { DrawSettings } from './scenario.ts';

/** What the scenario's own world is like under the same seed. Times are Micros. */
interface OwnWorld {
  readonly replicas: number;
  readonly clients: number;
  readonly operations: number;
  readonly span: number;
  readonly maxEvents: number;
  readonly serviceTime?: number;
  /** Complete. */
  readonly options: Options;
}

/**
 * The settings that make another world of it. Which oracles judge changes nothing of what happens,
 * and neither does a higher bound on events. A mutant has to be caught by what it breaks.
 */
export function alterations(own: OwnWorld, settings: DrawSettings): readonly Alteration[] {
  const { replicas, clients, operations, duration, maxEvents, options = {} } = settings;
  const { faults, mutant, serviceTime } = settings;
  return [
    ...differing('replicas', replicas, own.replicas),
    ...differing('clients', clients, own.clients),
    ...differing('operations', operations, own.operations),
    ...differing('duration', duration, own.span),
    ...(maxEvents !== undefined && maxEvents >= own.maxEvents
      ? []
      : differing('maxEvents', maxEvents, own.maxEvents)),
    ...differing('serviceTime', serviceTime, own.serviceTime ?? 0),
    ...Object.entries(options).flatMap(([name, value]) =>
      value === own.options[name]
        ? []
        : [{ setting: 'option', value: `${name}=${value}` } as const],
    ),
    ...differing('faults', faults, undefined),
    ...differing('mutant', mutant, undefined),
  ];
}

function differing<T extends number | string>(
  setting: Alteration['setting'],
  given: T | undefined,
  own: T | undefined,
): readonly Alteration[] {
  return given === undefined || given === own ? [] : [{ setting, value: String(given) }];
}
