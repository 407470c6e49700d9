/** One failure group: what fails, in which seeds, and how to see each. */
import type { ShrinkAccount } from '../../scenarios/shrink/account.ts';
import { replayFailureCommand, replaySavedCommand } from '../commands.ts';
import type { ReportGroup, ReportIndex } from '../document.ts';
import { shrinkingSentences, shrunkInWords } from '../shrunk.ts';
import { oracleName, plural } from '../words.ts';
import { Command } from './command.tsx';
import { ExplanationPane } from './explanation-pane.tsx';
import { runHref } from './route.ts';
import { ThrownLines } from './thrown-lines.tsx';

export function GroupPage(props: { readonly index: ReportIndex; readonly group: ReportGroup }) {
  const { index, group } = props;
  const rest = group.count - group.seeds.length;
  return (
    <main class="page group">
      <header class="verdict">
        <h1>
          <span class="badge failed">FAILED</span> {group.signature}
        </h1>
        <p class="sentence">{group.message}</p>
        <ThrownLines failure={group} />
        <p>
          {oracleName(group)}, in {plural(group.count, 'seed')}
        </p>
        {group.savedAs === undefined ? null : (
          <Command label="replay" line={replaySavedCommand(group.savedAs, index.outDir)} />
        )}
        <p>
          <a class="primary" href={runHref(group.run)}>
            {group.shrunk === undefined ? 'Open the earliest run' : 'Open the minimised run'}
          </a>
        </p>
      </header>
      {group.shrunk === undefined ? null : <Shrinking account={group.shrunk} />}
      {group.explanation === undefined ? null : (
        <ExplanationPane explanation={group.explanation} run={group.run} />
      )}
      <section class="pane" aria-labelledby="seeds-heading">
        <h2 id="seeds-heading">Seeds</h2>
        {group.seeds.map((seed) => (
          <Command
            key={`${seed.scenario}@${seed.seed}`}
            label={`seed ${seed.index}`}
            line={replayFailureCommand(group, seed, index.campaign ?? {})}
          />
        ))}
        {rest > 0 ? <p class="quiet">{plural(rest, 'further seed')} not listed.</p> : null}
      </section>
    </main>
  );
}

function Shrinking({ account }: { readonly account: ShrinkAccount }) {
  return (
    <section class="pane" aria-labelledby="shrunk-heading">
      <h2 id="shrunk-heading">Shrunk</h2>
      <p>{shrunkInWords(account)}</p>
      <ul>
        {shrinkingSentences(account).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}
