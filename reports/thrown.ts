/** An exception in the words of the engine, below the sentence that tells only its class. */
import type { Failure } from '../scenarios/spec.ts';

/** So many frames say where it was; the JSON has all. */
const FRAMES_MAX = 4;
/** Of a message that goes on and on; one line. */
const MESSAGE_LENGTH_MAX = 300;

/** `TypeError: …`, then the frames nearest to it; nothing for a failure without an exception. */
export function thrownLines({ thrown, message }: Pick<Failure, 'thrown' | 'message'>): string[] {
  if (thrown === undefined) return [];
  const frames = thrown.stack.slice(0, FRAMES_MAX);
  const isTold = thrown.message !== '' && message.endsWith(thrown.message);
  return isTold ? frames : [headline(thrown), ...frames];
}

function headline({ name, message }: NonNullable<Failure['thrown']>): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return name;
  const isShort = line.length <= MESSAGE_LENGTH_MAX;
  return `${name}: ${isShort ? line : `${line.slice(0, MESSAGE_LENGTH_MAX)}…`}`;
}
