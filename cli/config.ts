/**
 * The user's configuration: `quorumlab.config.mjs`, in the working folder or the nearest one above
 * it. It exports what is to be known beside what comes with the package; every command and every
 * worker reads it before anything else.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from './exit.ts';

/** Says where it is, to worker threads as well; `none` is none. */
const VARIABLE = 'QUORUMLAB_CONFIG';
const NONE = 'none';
export const CONFIG_NAMES = ['quorumlab.config.mjs', 'quorumlab.config.js'];
/** Named so, it is told how to name it. */
const UNREADABLE = ['quorumlab.config.ts', 'quorumlab.config.json'];

/** Reads it, if there is one; throws `InputError` that says what is wrong, and where. */
export async function loadConfig(): Promise<void> {
  const path = configPath();
  if (path === undefined) return;
  // Worker threads inherit it, wherever they look from.
  process.env[VARIABLE] = path;
  const { importConfig } = await import('./config-file.ts');
  const { extend } = await import('../scenarios/extension.ts');
  const { SpecError } = await import('../scenarios/assemble.ts');
  const { didYouMean } = await import('./hints.ts');
  const config = await importConfig(path);
  try {
    extend(config);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const { message, unknown } = error;
    const hint = unknown === undefined ? '' : didYouMean(unknown.name, unknown.known);
    throw new InputError(`${path}: ${message}${hint}`);
  }
}

function configPath(): string | undefined {
  const given = process.env[VARIABLE];
  if (given === NONE) return undefined;
  if (given !== undefined && given !== '') return resolve(given);
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const found = [...CONFIG_NAMES, ...UNREADABLE].find((name) => existsSync(join(folder, name)));
    if (found !== undefined) return join(folder, found);
    if (dirname(folder) === folder) return undefined;
  }
}
