/** Writes the report of a comparison, with one seed of each scenario in full. */
import { replaySeedCommand, shellWord } from '../reports/commands.ts';
import { scenarios } from '../scenarios/catalogue/index.ts';
import type { ComparisonResult, ShownSeed } from '../scenarios/compare/compared.ts';
import type { ComparisonRequest } from '../scenarios/compare/request.ts';
import { shownSeed, tellingIndex } from '../scenarios/compare/shown-seed.ts';
import { run } from '../scenarios/run.ts';
import type { RunResult, RunSpec } from '../scenarios/spec.ts';
import { digest, type Plain } from '../sim/plain.ts';
import { writeFileWhole } from './files.ts';
import { numberNamesOf } from './number-names.ts';

export interface ComparisonReport {
  readonly request: ComparisonRequest;
  readonly result: ComparisonResult;
  /** Index of the seed to show; the most telling of each scenario when undefined. */
  readonly show: number | undefined;
  readonly outDir: string;
}

export async function writeComparisonReport(
  path: string,
  { request, result, show, outDir }: ComparisonReport,
): Promise<void> {
  const { renderReport } = await import('../reports/html.ts');
  const shown = result.scenarios.flatMap((scenario): readonly ShownSeed[] => {
    const index = show ?? tellingIndex(scenario);
    if (index === undefined) return [];
    return [shownSeed({ run, scenarios }, request, scenario.name, index)];
  });
  const commands = new Map<RunResult, string>();
  for (const seed of shown) {
    for (const [place, { result: shownRun }] of seed.runs.entries()) {
      commands.set(shownRun, commandOf(result, request, seed, place, shownRun.spec));
    }
  }
  const html = renderReport({
    runs: [...commands.keys()],
    replay: (each) => commands.get(each) ?? '',
    outDir,
    numberNames: numberNamesOf,
    comparison: { result, shown, repeat: compareCommandLine(result) },
  });
  writeFileWhole(path, html);
}

/** The same comparison, or a piece of it, once more. */
export function compareCommandLine(
  result: ComparisonResult,
  piece: { readonly names?: readonly string[]; readonly labels?: readonly string[] } = {},
): string {
  const { scenarios: compared, contenders, baseSeed, from, flags } = result;
  const to = result.interrupted ? endOfRun(result) : result.to;
  const { names = compared.map(({ name }) => name) } = piece;
  const { labels = contenders.map(({ label }) => label) } = piece;
  const seeds = from === 0 ? String(to) : `${from}..${to}`;
  const budget = ['--base-seed', baseSeed, '--seeds', seeds];
  const words = ['compare', ...names, '--protocol', labels.join(','), ...flags, ...budget];
  return ['quorumlab', ...words.map(shellWord)].join(' ');
}

/** The index behind the last one that was run; the one asked for if none was. */
function endOfRun({ scenarios: compared, inconclusive, to }: ComparisonResult): number {
  const seeds = [...compared.flatMap((scenario) => scenario.seeds), ...inconclusive];
  return seeds.length === 0 ? to : seeds.reduce((end, { index }) => Math.max(end, index + 1), 0);
}

/** What brings one run back: its scenario and seed where they draw the same, else the piece. */
function commandOf(
  result: ComparisonResult,
  request: ComparisonRequest,
  { name, index, seed }: ShownSeed,
  place: number,
  spec: RunSpec,
): string {
  const contender = request.contenders[place];
  const own = scenarios.find(({ id }) => id === spec.scenario);
  if (contender === undefined || own === undefined) return '';
  const { options, mutant, label } = contender;
  const { replicas, ...settings } = request.settings;
  const asked = {
    ...settings,
    ...(replicas === undefined ? {} : { replicas: spec.replicas }),
    ...(mutant === undefined ? {} : { mutant }),
    options,
  };
  if (isSame(own.draw(seed, asked), spec)) {
    const nodes = replicas === undefined ? [] : ['--nodes', String(spec.replicas)];
    const others = withoutOptions(result.flags, ['--nodes', '--set']);
    const sets = Object.entries(options).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const flags = [...nodes, ...others, ...sets];
    return replaySeedCommand(own.id, seed, { flags, ...(mutant === undefined ? {} : { mutant }) });
  }
  const piece = { ...result, from: index, to: index + 1, interrupted: false };
  return compareCommandLine(piece, { names: [name], labels: [label] });
}

/** Each option is followed by its value. */
function withoutOptions(flags: readonly string[], names: readonly string[]): readonly string[] {
  return flags.filter(
    (word, at) => !names.includes(word) && (at === 0 || !names.includes(flags[at - 1] ?? '')),
  );
}

/** But for what the scenario claims of itself, which a comparison does not judge. */
function isSame(drawn: RunSpec, placed: RunSpec): boolean {
  const bare = ({ expect: _expect, unjudged: _unjudged, ...spec }: RunSpec): Plain =>
    JSON.parse(JSON.stringify(spec));
  return digest(bare(drawn)) === digest(bare(placed));
}
