/** Histories recorded by other people's tests, where a folder of them is at hand. */

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plain } from '../../checker/index.ts';

/** What the folder's index says about a file. */
export interface Expectation {
  readonly format: string;
  readonly model: string;
  readonly initial: Plain;
  readonly linearizable: boolean;
  readonly firstBadOpIndex?: number;
}

/** Named by QUORUMLAB_HISTORIES; the repository's neighbour if the variable is not set. */
export const historiesFolder = resolve(process.env.QUORUMLAB_HISTORIES ?? '../shared/histories');

const indexFile = join(historiesFolder, 'expected.json');

/** Undefined where there is no such folder: tests that need it are skipped, and say so. */
export const recordedHistories: ReadonlyMap<string, Expectation> | undefined = existsSync(indexFile)
  ? new Map(Object.entries(JSON.parse(readFileSync(indexFile, 'utf8'))))
  : undefined;

/** The text of one of the files. */
export function textOf(file: string): string {
  return readFileSync(join(historiesFolder, file), 'utf8');
}
