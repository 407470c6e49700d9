/**
 * Which code ran: a trace hash means the same only to the code that recorded it. The package's
 * version does not tell, it is the same from one release to the next.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folders that decide what a run comes to. */
const DECISIVE = ['sim', 'protocols', 'checker', 'scenarios'] as const;
const DIGITS = 12;

let known: string | undefined;

/** 12 hex digits that change with any file of the engine, the protocols and the oracles. */
export function codeVersion(): string {
  known ??= fingerprint(new URL('../', import.meta.url), extname(import.meta.url));
  return known;
}

/** `extension` keeps to what runs: the sources have `.ts`, a build has `.js` beside its types. */
export function fingerprint(root: URL, extension: string): string {
  const hash = createHash('sha256');
  for (const folder of DECISIVE) {
    const at = new URL(`${folder}/`, root);
    const names = readdirSync(fileURLToPath(at), { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => name.endsWith(extension))
      .sort((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      const content = readFileSync(new URL(name, at));
      hash.update(`${folder}/${name}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex').slice(0, DIGITS);
}
