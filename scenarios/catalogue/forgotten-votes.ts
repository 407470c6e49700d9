/**
 * Diskless replicas that forget how they voted: what crash vectors are for. The traces are of the
 * kind that Michael, Ports, Sharma and Szekeres describe in "Recovering Shared Objects Without
 * Stable Storage" (DISC 2017).
 */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import { defineScenario, MILLISECOND, profileNamed, SAFE, scripted } from './scenario.ts';

const DISKLESS: Options = { durability: 'diskless' };
const MS = MILLISECOND;

/** Marks around which a replica that forgets is at its most dangerous. */
const VOTES = [
  'view-change-started',
  'view-change-reported',
  'view-change-completed',
  'primary-elected',
  'one-ack-short',
  'recovery-completed',
  'recovery-completed',
  'state-transfer-started',
  'state-transfer-completed',
];

/** Half of the crashes strike at a vote, half at any time; downtimes are of a few messages. */
function drawAmnesia(stream: Stream, replicas: number, span: number): PlannedFault[] {
  const lasts = stream.between(100, stream.pick([1_000, 5_000, 20_000]));
  if (stream.below(4) === 0) {
    const alone = stream.below(replicas);
    const all = Array.from({ length: replicas }, (_, node) => node);
    const groups = [[alone], all.filter((node) => node !== alone)];
    return [{ at: stream.below(span), fault: 'partition', groups, lasts: 4 * lasts }];
  }
  if (stream.below(2) === 0) {
    return [{ at: stream.below(span), fault: 'crash', node: stream.below(replicas), lasts }];
  }
  const when = {
    mark: stream.pick(VOTES),
    nth: 1 + stream.below(12),
    after: stream.pick([0, stream.below(3 * MS), stream.below(20 * MS)]),
  };
  return [{ when, fault: 'crash', node: 'it', lasts }];
}

/**
 * A replica votes and crashes; its vote reaches some of the others, and those when it is back and
 * has forgotten it. Sends of the step in which the mark is reached are the first to be slow.
 */
function drawForgottenVote(stream: Stream, replicas: number): PlannedFault[] {
  const mark = stream.pick(['view-change-started', 'view-change-reported']);
  const nth = 1 + stream.below(6);
  const at = (after: number): Pick<PlannedFault, 'when'> => ({ when: { mark, nth, after } });
  const order = stream.shuffle(Array.from({ length: replicas }, (_, node) => node));
  const reached = 1 + stream.below(replicas);
  const after = 1 + stream.below(500);
  const vote = { from: ['it' as const], lasts: after };
  const by = stream.between(4, 60) * MS;
  const missed = order.slice(reached);
  return [
    { ...at(0), fault: 'slow', ...vote, to: order.slice(0, reached), by },
    ...(missed.length === 0 ? [] : [{ ...at(0), fault: 'one-way', ...vote, to: missed }]),
    { ...at(after), fault: 'crash', node: 'it', lasts: stream.between(100, 2_000) },
  ] as PlannedFault[];
}

const forgetfulVotes = defineScenario({
  protocol: 'vr',
  name: 'forgetful-votes',
  title: 'Replicas forget how they voted',
  about: 'diskless mode: crashes around view changes and recoveries, downtimes of milliseconds',
  expects: SAFE,
  world: (stream, { replicas: asked }) => {
    const drawn = stream.pick([3, 3, 5]);
    const replicas = asked ?? drawn;
    const span = 500 * MS;
    const votes = Array.from({ length: stream.below(6) }, () =>
      drawForgottenVote(stream, replicas),
    );
    const others = Array.from({ length: stream.below(20) }, () =>
      drawAmnesia(stream, replicas, span),
    );
    const faults = [...votes, ...others].flat();
    const viewChangeTimeout = stream.between(6, 20) * MS;
    return scripted(stream, faults, {
      replicas,
      span,
      profile: profileNamed('stragglers'),
      fixed: DISKLESS,
      options: {
        viewChangeTimeout,
        viewChangeSpread: Math.floor(viewChangeTimeout / 2),
        heartbeatInterval: Math.floor(viewChangeTimeout / stream.between(2, 4)),
        recoveryRetry: stream.between(1, 10) * MS,
        clientRetry: stream.between(10, 30) * MS,
      },
    });
  },
});

/** Long enough for what a replica sends in one step, and for nothing that it sends later. */
const ONE_STEP = 50;

const forgottenVote = defineScenario({
  protocol: 'vr',
  name: 'forgotten-vote',
  title: 'A forgotten vote completes a view change',
  about:
    'replica 1 asks for view 1 and forgets it; that lures replica 2 into reporting for view 1, ' +
    'which it forgets as well; both acknowledge in view 0; then the old report arrives',
  expects: 'what was sent before a crash is dropped by whoever knows of the crash',
  world: (stream) => {
    const asked = 80 * MS + stream.below(20 * MS);
    const reported = stream.between(12, 30) * MS;
    const first = { mark: 'view-change-started', node: 1, nth: 1 };
    const second = { mark: 'view-change-started', node: 2, nth: 1 };
    const back = { mark: 'recovery-completed', node: 2, nth: 1, after: 0 };
    const brief = { lasts: ONE_STEP };
    const faults: PlannedFault[] = [
      { at: 60 * MS, fault: 'one-way', from: [0], to: [1], lasts: 45 * MS },
      { when: { ...first, after: 0 }, fault: 'slow', from: [1], to: [2], by: asked, ...brief },
      { when: { ...first, after: 0 }, fault: 'one-way', from: [1], to: [0], ...brief },
      { when: { ...first, after: ONE_STEP }, fault: 'crash', node: 1, lasts: 500 },
      { when: { ...second, after: 0 }, fault: 'slow', from: [2], to: [1], by: reported, ...brief },
      { when: { ...second, after: 0 }, fault: 'one-way', from: [2], to: [0], ...brief },
      { when: { ...second, after: ONE_STEP }, fault: 'crash', node: 2, lasts: 300 },
      { when: back, fault: 'one-way', from: [0], to: [1], lasts: reported },
    ];
    return scripted(stream, faults, {
      fixed: {
        ...DISKLESS,
        // A silent primary is noticed within two timeouts: before the first cut heals.
        viewChangeTimeout: 16 * MS,
        viewChangeSpread: 4 * MS,
        heartbeatInterval: 4 * MS,
      },
      expect: { marks: ['earlier-incarnation-dropped'] },
    });
  },
});

const outdatedReport = defineScenario({
  protocol: 'vr',
  name: 'outdated-report',
  title: 'A report is outdated before it counts',
  about: 'the new primary holds a DoViewChange whose sender crashes before the others report',
  expects: 'the report is forgotten as soon as the crash is known, and the view starts without it',
  world: (stream) => {
    const at = stream.between(60, 100) * MS;
    const reported = { mark: 'view-change-reported', node: 2, nth: 1, after: 1_500 };
    const faults: PlannedFault[] = [
      { at, fault: 'one-way', from: [0], to: [1, 2, 3], lasts: 70 * MS },
      { at, fault: 'one-way', from: [0, 3, 4], to: [1], lasts: 70 * MS },
      { when: reported, fault: 'crash', node: 2, lasts: stream.between(100, 500) },
    ];
    return scripted(stream, faults, {
      replicas: 5,
      fixed: {
        ...DISKLESS,
        viewChangeTimeout: 20 * MS,
        viewChangeSpread: 10 * MS,
        heartbeatInterval: 5 * MS,
      },
      expect: { marks: ['collected-message-outdated', 'view-change-completed'] },
    });
  },
});

export { forgetfulVotes, forgottenVote, outdatedReport };
