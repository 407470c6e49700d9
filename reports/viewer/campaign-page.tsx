/** A whole campaign: failures first, then the seeds, what was covered, and what was largest. */
import type { CorpusAccount } from '../../scenarios/campaign-types.ts';
import { replayFileCommand, replaySavedCommand, replaySeedCommand } from '../commands.ts';
import type { ReportCampaign, ReportGroup, ReportIndex, ReportMetadata } from '../document.ts';
import {
  corpusInWords,
  expectationInWords,
  formatCompact,
  formatCount,
  formatElapsed,
  formatSpeed,
  oracleName,
  outcomeInWords,
  plural,
  scenariosTitle,
} from '../words.ts';
import { Command } from './command.tsx';
import { Coverage } from './coverage.tsx';
import { groupHref, runHref } from './route.ts';
import { SeedGrid } from './seed-grid.tsx';

export interface CampaignPageProps {
  readonly index: ReportIndex;
  readonly campaign: ReportCampaign;
  readonly metadata: ReportMetadata | undefined;
}

export function CampaignPage({ index, campaign, metadata }: CampaignPageProps) {
  return (
    <main class="page campaign">
      <header class="verdict">
        <h1>
          <span class={`badge ${campaign.verdict}`}>{campaign.verdict.toUpperCase()}</span>{' '}
          {scenariosTitle(campaign.scenarios, campaign.protocol)}
        </h1>
        {campaign.expectation === undefined ? null : (
          <p class="sentence">{expectationInWords(campaign.expectation)}</p>
        )}
        <p class="sentence">{summaryOf(campaign, metadata)}</p>
        {index.repeat === undefined ? null : <Command label="repeat" line={index.repeat} />}
        {campaign.scenarios.length === 1 ? null : (
          <details>
            <summary>{plural(campaign.scenarios.length, 'scenario')}</summary>
            <p>{campaign.scenarios.join(', ')}</p>
          </details>
        )}
      </header>
      <section aria-labelledby="groups-heading">
        <h2 id="groups-heading">
          {campaign.groups.length === 0
            ? 'No failing seed'
            : plural(campaign.groups.length, 'failure group')}
        </h2>
        {campaign.groups.map((group) => (
          <GroupCard key={group.signature} group={group} index={index} />
        ))}
      </section>
      {campaign.corpus === undefined ? null : <Corpus corpus={campaign.corpus} />}
      <SeedGrid campaign={campaign} />
      <Coverage campaign={campaign} />
      <Largest campaign={campaign} />
      <OtherRuns index={index} />
      {metadata === undefined ? null : <Metadata metadata={metadata} />}
    </main>
  );
}

function summaryOf(campaign: ReportCampaign, metadata: ReportMetadata | undefined): string {
  const { totals } = campaign;
  const facts = [
    plural(totals.seeds, 'seed'),
    `${formatCompact(totals.events)} events`,
    `${formatCompact(totals.messages)} messages`,
    `${formatCompact(totals.operations)} operations`,
    `${formatCount(totals.failed)} failing`,
    `${formatCount(totals.inconclusive)} inconclusive`,
  ];
  if (campaign.mutant !== undefined) facts.push(`mutant ${campaign.mutant}`);
  if (campaign.interrupted) facts.push('interrupted before its end');
  if (metadata !== undefined && metadata.elapsedMs > 0) {
    const rate = (totals.seeds * 1000) / metadata.elapsedMs;
    facts.push(`${formatSpeed(rate)} seeds/s for ${formatElapsed(metadata.elapsedMs)}`);
  }
  return facts.join(' · ');
}

function GroupCard({ group, index }: { readonly group: ReportGroup; readonly index: ReportIndex }) {
  const head = index.runs[group.run];
  return (
    <article class="card fail-edge">
      <h3>
        <a class="signature" href={groupHref(group.signature)}>
          {group.signature}
        </a>{' '}
        {oracleName(group)} <span class="count">{plural(group.count, 'seed')}</span>
      </h3>
      <p class="sentence">{group.message}</p>
      {group.savedAs === undefined ? null : (
        <Command label="replay" line={replaySavedCommand(group.savedAs, index.outDir)} />
      )}
      {head === undefined ? null : (
        <Command label={group.savedAs === undefined ? 'replay' : 'original'} line={head.replay} />
      )}
      <p>
        <a href={runHref(group.run)}>
          {group.shrunk === undefined ? 'Open the earliest run' : 'Open the minimised run'}
        </a>
      </p>
    </article>
  );
}

/** Saved failures that were run before the seeds. */
function Corpus({ corpus }: { readonly corpus: CorpusAccount }) {
  if (corpus.entries === 0) return null;
  return (
    <section class="pane" aria-labelledby="corpus-heading">
      <h2 id="corpus-heading">Corpus</h2>
      <p>{corpusInWords(corpus)}</p>
      {corpus.others.map(({ file, outcome, why }) => (
        <article key={file} class="card fail-edge">
          <h3>
            {file} <span class="count">{outcome}</span>
          </h3>
          <p class="sentence">
            {outcomeInWords(outcome)}: {why}
          </p>
          {outcome === 'unreadable' ? null : (
            <Command label="replay" line={replayFileCommand(file)} />
          )}
        </article>
      ))}
    </section>
  );
}

function Largest({ campaign }: { readonly campaign: ReportCampaign }) {
  if (campaign.largest.length === 0) return null;
  return (
    <section class="pane" aria-labelledby="largest-heading">
      <h2 id="largest-heading">Seeds with the most events</h2>
      <div class="scroll-x">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col" class="number">
                Events
              </th>
              <th scope="col">Replay</th>
            </tr>
          </thead>
          <tbody>
            {campaign.largest.map(({ scenario, seed, events }) => (
              <tr key={`${scenario}@${seed}`}>
                <td class="number">{formatCount(events)}</td>
                <td>
                  <code>{replaySeedCommand(scenario, seed, campaign)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Runs in the file that no group names as its example. */
function OtherRuns({ index }: { readonly index: ReportIndex }) {
  const examples = new Set(index.campaign?.groups.map(({ run }) => run));
  const others = index.runs.flatMap((head, run) => (examples.has(run) ? [] : [{ head, run }]));
  if (others.length === 0) return null;
  return (
    <section class="pane" aria-labelledby="runs-heading">
      <h2 id="runs-heading">Other runs in this file</h2>
      <RunList runs={others} />
    </section>
  );
}

export function RunList(props: {
  readonly runs: readonly { readonly head: ReportIndex['runs'][number]; readonly run: number }[];
}) {
  return (
    <ul class="run-list">
      {props.runs.map(({ head, run }) => (
        <li key={run}>
          <span class={`badge ${head.verdict}`}>{head.verdict.toUpperCase()}</span>{' '}
          <a href={runHref(run)}>{`${head.scenario}@${head.seed}`}</a>{' '}
          <span class="quiet">{head.message ?? plural(head.events, 'event')}</span>
        </li>
      ))}
    </ul>
  );
}

function Metadata({ metadata }: { readonly metadata: ReportMetadata }) {
  const facts = [
    `quorumlab ${metadata.version}`,
    `Node ${metadata.node}`,
    ...(metadata.commit === undefined ? [] : [`commit ${metadata.commit}`]),
    `started ${metadata.startedAt}`,
    `${formatElapsed(metadata.cpuMs)} of CPU`,
    plural(metadata.jobs, 'job'),
  ];
  return <footer class="quiet">{facts.join(' · ')}</footer>;
}
