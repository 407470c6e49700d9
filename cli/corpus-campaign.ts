/** The corpus of a campaign: it is run first, and whatever it comes to, the seeds follow. */
import { existsSync, statSync } from 'node:fs';
import { formatElapsed, outcomeCounts } from '../reports/words.ts';
import type { CorpusAccount } from '../scenarios/campaign-types.ts';
import { CORPUS_DEFAULT, type Corpus, readCorpus } from './corpus-folder.ts';
import { accountOf, runCorpus } from './corpus-runner.ts';
import { InputError } from './exit.ts';
import { folderNamed } from './files.ts';
import type { Given } from './given.ts';
import type { WorkerPool } from './pool.ts';

const OFF = 'off';
/** The time stands so far to the right, as in a column of its own. */
const TIME_COLUMN = 67;

export interface CampaignCorpus extends Corpus {
  readonly folder: string;
}

/** What `--corpus` names, or the folder of that name: entries of the protocols that are run. */
export function campaignCorpus(
  given: Given,
  protocols: ReadonlySet<string>,
): CampaignCorpus | undefined {
  const word = given.word('corpus');
  if (word === OFF || (word === undefined && !isFolder(CORPUS_DEFAULT))) return undefined;
  const folder = folderNamed(word ?? CORPUS_DEFAULT);
  if (!isFolder(folder)) {
    const what = existsSync(folder) ? 'it is no folder' : 'there is no such folder';
    throw new InputError(`--corpus ${folder}: ${what}; --corpus off goes without`);
  }
  const corpus = readCorpus([folder]);
  const entries = corpus.entries.filter(({ saved }) => protocols.has(saved.spec.protocol));
  return { ...corpus, folder, entries };
}

export interface CorpusStep {
  readonly jobs: number;
  readonly interrupt: AbortSignal;
  /** Whether a line on stderr says what it came to. */
  readonly isTold: boolean;
}

export async function runCorpusFirst(
  pool: WorkerPool,
  corpus: CampaignCorpus,
  { jobs, interrupt, isTold }: CorpusStep,
): Promise<CorpusAccount> {
  const startedAt = performance.now();
  const account = accountOf(corpus.folder, await runCorpus(pool, corpus, { jobs, interrupt }));
  const elapsed = formatElapsed(performance.now() - startedAt);
  if (isTold && account.entries > 0) {
    process.stderr.write(`${corpusLine(account).padEnd(TIME_COLUMN)}${elapsed}\n`);
  }
  return account;
}

/** `corpus  12/14 regressions still pass · 1 violated · 1 stale`. */
function corpusLine({ entries, asExpected, others }: CorpusAccount): string {
  const facts = [
    `${asExpected}/${entries} regressions still pass`,
    ...outcomeCounts(others.map(({ outcome }) => outcome)),
  ];
  return `corpus  ${facts.join(' · ')}  `;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
