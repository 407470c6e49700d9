/** `quorumlab corpus ls`: which failures are kept, of what, and how big they are. */
import { oracleName, plural } from '../reports/words.ts';
import { type CorpusEntry, corpusNamed, tellForeign, tellUnreadable } from './corpus-folder.ts';
import { expectedOf } from './corpus-verdict.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Given } from './given.ts';
import { sizeOf } from './saved-failure.ts';
import { tableText } from './table.ts';

const COLUMNS = [
  { head: 'FILE' },
  { head: 'SIGNATURE' },
  { head: 'PROTOCOL' },
  { head: 'EXPECT' },
  { head: 'MUTANT' },
  { head: 'FAULTS', isNumber: true },
  { head: 'OPS', isNumber: true },
  { head: 'WHAT' },
] as const;

export async function corpusListCommand(given: Given): Promise<ExitCode> {
  const { targets, corpus } = corpusNamed(given.words('folder'));
  if (given.flag('json')) {
    const { unreadable } = corpus;
    process.stdout.write(`${JSON.stringify([...corpus.entries.map(asJson), ...unreadable])}\n`);
  } else {
    process.stdout.write(asText(targets.join(' '), corpus.entries));
  }
  tellForeign(corpus.foreign);
  tellUnreadable(corpus.unreadable);
  return corpus.unreadable.length > 0 ? EXIT.usage : EXIT.passed;
}

function asText(where: string, entries: readonly CorpusEntry[]): string {
  if (entries.length === 0) return `${where} holds no saved failures\n`;
  const rows = entries.map(({ path, saved }) => {
    const { faults, operations } = sizeOf(saved);
    const cells = [
      path,
      saved.signature,
      saved.spec.protocol,
      expectedOf(saved),
      saved.spec.mutant ?? '',
      String(faults),
      String(operations),
      oracleName(saved),
    ];
    return { cells, below: saved.note };
  });
  const kept = { pass: 0, fail: 0 };
  for (const { saved } of entries) kept[expectedOf(saved)] += 1;
  const summary = [
    plural(entries.length, 'entry', 'entries'),
    `${kept.fail} must fail`,
    `${kept.pass} must pass`,
  ];
  return `${tableText(COLUMNS, rows)}\n  ${summary.join(' · ')}\n`;
}

function asJson({ path, saved, misfit }: CorpusEntry): object {
  const { signature, oracle, invariant, message, note, found, spec } = saved;
  return {
    path,
    protocol: spec.protocol,
    signature,
    expect: expectedOf(saved),
    mutant: spec.mutant,
    oracle,
    invariant,
    message,
    note,
    found,
    ...sizeOf(saved),
    misfit,
  };
}
