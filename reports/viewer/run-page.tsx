/** One run: the verdict, how to repeat it, and panes that share a cursor. */
import { replaySavedCommand } from '../commands.ts';
import type { ReportIndex } from '../document.ts';
import { spanInWords } from '../faults.ts';
import { operationsInWords } from '../operation-counts.ts';
import { serviceInWords } from '../plan.ts';
import { unmetOverrideLines } from '../unmet-overrides.ts';
import { isShort, unstruckFaults } from '../unstruck.ts';
import { formatCount, formatTime, oracleName, plural } from '../words.ts';
import { Command } from './command.tsx';
import { EventTable } from './event-table.tsx';
import { ExpectedPane } from './expected-pane.tsx';
import { ExplanationPane, explanationOf } from './explanation-pane.tsx';
import { OperationsPane } from './operations-pane.tsx';
import { groupHref } from './route.ts';
import type { RunModel } from './run-model.ts';
import type { RunView } from './run-view.ts';
import { SpaceTimePane } from './space-time-pane.tsx';
import { ThrownLines } from './thrown-lines.tsx';
import { Toolbar } from './toolbar.tsx';

export function RunPage({ view, index }: { readonly view: RunView; readonly index: ReportIndex }) {
  const { run } = view.model;
  const replay = index.runs[view.model.number]?.replay ?? '';
  const saved = index.campaign?.groups.find((group) => group.run === view.model.number);
  const explanation = explanationOf(index, view.model);
  return (
    <main class="page run">
      <header class="verdict">
        <h1>
          <span class={`badge ${run.verdict}`}>{run.verdict.toUpperCase()}</span>{' '}
          {run.spec.scenario}@{run.spec.seed}
        </h1>
        <Sentences view={view} index={index} />
        {saved?.savedAs === undefined ? null : (
          <Command label="replay" line={replaySavedCommand(saved.savedAs, index.outDir)} />
        )}
        <Command label={saved?.savedAs === undefined ? 'replay' : 'original'} line={replay} />
        <Facts model={view.model} />
        <FaultList model={view.model} />
        {unmetOverrideLines(run).map((line) => (
          <p class="note" key={line}>
            {line}
          </p>
        ))}
        <LeftOut view={view} replay={replay} />
      </header>
      <ExpectedPane model={view.model} />
      <Toolbar view={view} whole="Whole run" failure="Failure" />
      <div class="panes">
        <div class="pictures">
          {explanation === undefined ? null : (
            <ExplanationPane explanation={explanation} run={view.model.number} view={view} />
          )}
          <OperationsPane view={view} />
          <SpaceTimePane view={view} />
        </div>
        <EventTable view={view} />
      </div>
    </main>
  );
}

function Sentences({ view, index }: { readonly view: RunView; readonly index: ReportIndex }) {
  const { run } = view.model;
  if (run.verdict === 'inconclusive') {
    return (
      <ul class="sentences">
        {run.inconclusive.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    );
  }
  if (run.failures.length === 0) {
    return <p class="sentence">Every oracle that was asked is satisfied.</p>;
  }
  return (
    <ul class="sentences">
      {run.failures.map((failure, place) => (
        <li key={`${failure.signature}-${place}`}>
          <Signature
            signature={failure.signature}
            refined={place === 0 ? index.runs[view.model.number]?.refined : undefined}
            index={index}
          />{' '}
          <strong>{oracleName(failure)}</strong>
          <p class={place === 0 ? 'sentence' : ''}>{failure.message}</p>
          <ThrownLines failure={failure} />
        </li>
      ))}
    </ul>
  );
}

/**
 * Leads to its group, where the file has one, and has its name: later failures of a run belong to
 * none. Runs know their provisional signatures only.
 */
function Signature(props: {
  readonly signature: string;
  /** Of a run out of a file. */
  readonly refined?: string | undefined;
  readonly index: ReportIndex;
}) {
  const { signature, refined = signature, index } = props;
  const group = index.campaign?.groups.find(
    ({ signature: refined, provisional = refined }) => provisional === signature,
  );
  if (group === undefined) return <span class="signature">{refined}</span>;
  return (
    <a class="signature" href={groupHref(group.signature)}>
      {group.signature}
    </a>
  );
}

function Facts({ model }: { readonly model: RunModel }) {
  const { spec, counts, ended, traceHash } = model.run;
  const facts = [
    `${plural(spec.replicas, 'replica')}, ${plural(spec.clients, 'client')}`,
    ...(spec.mutant === undefined ? [] : [`mutant ${spec.mutant}`]),
    ...(spec.serviceTime === undefined ? [] : [serviceInWords(spec.serviceTime)]),
    `${formatCount(counts.events)} events`,
    `${formatCount(counts.delivered)} messages delivered`,
    `${formatCount(counts.dropped)} dropped`,
    `${formatCount(counts.duplicated)} duplicated`,
    `${formatCount(counts.corrupted)} corrupted`,
    operationsInWords(model.run),
    `${endInWords(ended)} at ${formatTime(ended.at)}`,
    `trace ${traceHash}`,
  ];
  return <p class="facts quiet">{facts.join(' · ')}</p>;
}

function endInWords({ how, bound }: RunModel['run']['ended']): string {
  switch (how) {
    case 'quiet':
      return 'ended in quiet';
    case 'cut':
      return 'cut off as planned';
    case 'violation':
      return 'stopped by the violation';
    case 'bound':
      return `stopped by a bound (${bound ?? 'unknown'})`;
    default:
      return how satisfies never;
  }
}

/** More faults than this are folded. */
const FAULTS_SHOWN = 6;

function FaultList({ model }: { readonly model: RunModel }) {
  const { run, faults } = model;
  const failure = run.failures[0];
  const before = failure === undefined ? faults : faults.filter((span) => span.from <= failure.at);
  const unstruck = unstruckFaults(run).map(({ title, what }) => `${title}: ${what}`);
  const recent = before.slice(-FAULTS_SHOWN).map(spanInWords);
  const older = before.slice(0, -FAULTS_SHOWN).map(spanInWords);
  if (before.length + unstruck.length === 0) return null;
  return (
    <div class="fault-list">
      <p>
        <span class="quiet">{failure === undefined ? 'faults: ' : 'faults before it: '}</span>
        {recent.length === 0 ? 'none' : recent.join(' · ')}
      </p>
      {older.length + unstruck.length === 0 ? null : (
        <details open={isShort(run)}>
          <summary>
            {[
              ...(older.length > 0 ? [`${older.length} earlier`] : []),
              ...(unstruck.length > 0 ? [`${unstruck.length} that did not strike as planned`] : []),
            ].join(', ')}
          </summary>
          <ul>
            {[...older, ...unstruck].map((fault, place) => (
              <li key={`${fault}-${place}`}>{fault}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** Says what the file does not hold, and how to see it. */
function LeftOut({ view, replay }: { readonly view: RunView; readonly replay: string }) {
  const { log } = view.model;
  if (log === undefined || log.omittedBefore + log.omittedAfter === 0) return null;
  return (
    <p class="note">
      {`Left out of this file: the first ${formatCount(log.omittedBefore)} records of the event ` +
        `log${log.omittedAfter > 0 ? ` and the last ${formatCount(log.omittedAfter)}` : ''}. ` +
        `All of it: ${replay} --print events`}
    </p>
  );
}
