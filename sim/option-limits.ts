/** Which limits of a protocol's options are exceeded. */
import type { OptionLimit, Options, Protocol } from './contract.ts';

/** Those of complete options that are not as the protocol allows or advises, in its order. */
export function exceededLimits(
  protocol: Pick<Protocol, 'limits'>,
  options: Options,
  replicas: number,
): readonly OptionLimit[] {
  const limits = protocol.limits?.(options, replicas) ?? [];
  return limits.filter(({ option, most = Infinity, least = -Infinity }) => {
    const value = Number(options[option]);
    return value > most || value < least;
  });
}
