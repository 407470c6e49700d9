/** The message of an exception and where it was, below the sentence that tells its class. */
import type { Failure } from '../../scenarios/spec.ts';
import { thrownLines } from '../thrown.ts';

export function ThrownLines({
  failure,
}: {
  readonly failure: Pick<Failure, 'thrown' | 'message'>;
}) {
  const lines = thrownLines(failure);
  return lines.length === 0 ? null : <pre class="thrown">{lines.join('\n')}</pre>;
}
