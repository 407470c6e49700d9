/** The hundred seeds and all that they import as one script without imports, for any engine. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

export interface Bundle {
  /** Defines the global `seeds` with the function `hundredSeeds`. */
  readonly script: string;
  /** What went into it, relative to the project. */
  readonly inputs: readonly string[];
}

/** Fails on any import that a browser page has not got: there is nothing that fills in for it. */
export function bundleHundredSeeds(): Bundle {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: ['test/determinism/hundred-seeds.ts'],
    bundle: true,
    format: 'iife',
    globalName: 'seeds',
    platform: 'browser',
    target: 'es2023',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  return { script: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
}

/** The bundle as a program that prints the lines as a JSON array. */
export function programOf({ script }: Bundle): string {
  return `${script}\nconsole.log(JSON.stringify(seeds.hundredSeeds()));\n`;
}
