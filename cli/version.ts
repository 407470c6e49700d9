/** The version of this package, from its package.json. */
import { readFileSync } from 'node:fs';

let known: string | undefined;

export function version(): string {
  known ??= read();
  return known;
}

/** The file is one folder up from the sources and two from what is built of them. */
function read(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'));
      if (typeof manifest !== 'object' || manifest === null) continue;
      if ('name' in manifest && manifest.name === 'quorumlab' && 'version' in manifest) {
        return String(manifest.version);
      }
    } catch {
      // The other place is tried next.
    }
  }
  return 'unknown';
}
