/** Folders to work in, one a test, and commands that run there. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';
import { failureSchema, type SavedFailure } from '../../cli/saved-failure.ts';
import { type Ended, temporaryFolder } from './binary.ts';
import { putInto } from './corpus-fixtures.ts';
import { quorumlab } from './quorumlab.ts';

export interface Home {
  /** The folder of the test that runs now. */
  path: string;
  run(...words: readonly string[]): Promise<Ended>;
  /** Writes files into it. */
  put(files: Parameters<typeof putInto>[1]): void;
  /** Writes files into its folder `corpus`. */
  corpus(files: Parameters<typeof putInto>[1]): void;
  text(path: string): string;
  entry(path: string): SavedFailure;
  /** Every `.json` below one of its folders, in the order of the paths. */
  files(folder: string): readonly string[];
}

export function homeOfEachTest(): Home {
  const folder = temporaryFolder();
  afterAll(folder.remove);
  let homes = 0;
  const home: Home = {
    path: '',
    run: (...words) => quorumlab(home.path, ...words),
    put: (files) => putInto(home.path, files),
    corpus: (files) => putInto(join(home.path, 'corpus'), files),
    text: (path) => readFileSync(join(home.path, path), 'utf8'),
    entry: (path) => failureSchema.parse(JSON.parse(home.text(path))),
    files: (path) =>
      readdirSync(join(home.path, path), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json'))
        .sort((a, b) => (a < b ? -1 : 1)),
  };
  beforeEach(() => {
    homes += 1;
    home.path = join(folder.path, `home-${homes}`);
    mkdirSync(home.path);
  });
  return home;
}
