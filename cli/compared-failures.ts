/** Saves the specs of runs that failed in a comparison: no scenario and seed bring them back. */
import { join } from 'node:path';
import type {
  ComparedFailure,
  ComparedSeed,
  ComparisonResult,
} from '../scenarios/compare/compared.ts';
import { writeFileWhole } from './files.ts';
import { readableJson } from './readable-json.ts';

const FOLDER = 'compared';

/** The result, with its failures telling where their specs are. */
export function saveComparedFailures(
  result: ComparisonResult,
  seeds: readonly ComparedSeed[],
  outDir: string,
): ComparisonResult {
  const failures = result.failures.map((failure): ComparedFailure => {
    const { name, index, contender, seed } = failure;
    const place = result.contenders.findIndex(({ label }) => label === contender);
    const compared = seeds.find((each) => each.name === name && each.index === index);
    const spec = compared?.runs[place]?.spec;
    if (spec === undefined) return failure;
    const savedAs = `${FOLDER}/${fileName(`${name}-${contender}-${seed}`)}.json`;
    writeFileWhole(join(outDir, savedAs), readableJson(spec));
    return { ...failure, savedAs };
  });
  return { ...result, failures };
}

function fileName(text: string): string {
  return text.replaceAll(/[^\w.=-]/g, '_');
}
