/** Masters of a chain that take the lead from each other: a script, and weather for the swarm. */
import type { NodeId, Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import { PLACES } from './chain-outages.ts';
import { both, busyThrough, servedIn } from './patience.ts';
import { defineScenario, MILLISECOND, type Scenario, scripted } from './scenario.ts';

const MS = MILLISECOND;

const MASTERS: readonly NodeId[] = [0, 1, 2];
/** Masters, and three servers. */
const REPLICAS = 6;
const TURNS = 4;
/** So long a master acts before it is cut off: the longer ones have time for a removal. */
const AT_WORK = 90 * MS;
/** Long enough for the others to notice, within two timeouts, and to elect one of them. */
const CUT = 170 * MS;
/** The last turn is over, and whoever acts then has removed the tail; which is back; again in. */
const REMOVED = 920 * MS;
const BACK = 1_010 * MS;
const JOINED = 1_350 * MS;

/**
 * The others want to lead as soon as their acceptors may let them: then the lease that the earlier
 * master granted last, at the end of its own, lasts for a while yet.
 */
const PING_PONG: Options = {
  masters: MASTERS.length,
  readMode: 'tail',
  driftBound: 100_000,
  leaseDuration: 60 * MS,
  suspectAfter: 30 * MS,
  leaderTimeout: 70 * MS,
  leaderSpread: 10 * MS,
  heartbeatInterval: 6 * MS,
  clientRetry: 20 * MS,
  giveUpAfter: 0,
};

const masterPingPong = defineScenario({
  protocol: 'chain',
  name: 'master-ping-pong',
  title: 'Masters take the lead from each other',
  about:
    'each of three masters that begins to act is soon cut off from the two others, though not ' +
    'from servers; meanwhile the tail of the servers is paused for so long that it is removed',
  expects:
    'who acts next waits for the leases of the one before; the tail is replaced, updates and ' +
    'queries return again, and no query is answered from an old state',
  world: (stream, { replicas: asked = REPLICAS }) => {
    const replicas = Math.max(REPLICAS, asked);
    const turns = Array.from({ length: TURNS }, (_, turn): PlannedFault => {
      const when = { mark: 'acting-began', nth: turn + 1, after: stream.between(5 * MS, AT_WORK) };
      return { when, fault: 'partition', groups: [['it'], MASTERS], lasts: CUT };
    });
    const when = { mark: 'acting-began', nth: 2, after: stream.below(AT_WORK) };
    const lasts = stream.between(850, 950) * MS;
    return scripted(stream, [...turns, { when, fault: 'pause', node: replicas - 1, lasts }], {
      replicas,
      clients: 4,
      operations: stream.between(200, 300),
      mix: { put: 50, get: 50 },
      ...busyThrough(JOINED + 200 * MS),
      options: { durability: stream.pick(['fail-stop', 'durable']) },
      fixed: PING_PONG,
      needed: PLACES,
      expect: {
        marks: ['acting-ended', 'remove-proposed', 'left-chain', 'handover-completed'],
        windows: [
          servedIn('before the tail is paused', 0, 150 * MS),
          servedIn('without the tail', REMOVED, BACK - REMOVED),
          ...both('the tail has joined again', JOINED, 200 * MS),
        ],
      },
    });
  },
});

export const chainMasterScripts: readonly Scenario[] = [masterPingPong];

/** How long the swarm's faults last, at most, and until when they begin. */
interface Span {
  readonly span: number;
  readonly longest: number;
}

/**
 * The masters' side of the swarm: one after the other is cut off from the other masters for a
 * while, though not from servers, which have no part in who leads.
 */
export function drawMasterQuarrels(
  stream: Stream,
  { masters }: Options,
  { span, longest }: Span,
): readonly PlannedFault[] {
  const count = Number(masters);
  if (count < 2 || stream.below(3) > 0) return [];
  const all = Array.from({ length: count }, (_, master) => master);
  const pace = stream.between(MS, longest);
  let at = stream.below(span);
  return Array.from({ length: stream.between(2, 8) }, () => {
    const lasts = stream.between(1, 2 * pace);
    const cut = stream.pick(all);
    const groups = [[cut], all.filter((master) => master !== cut)];
    const from = at;
    at += stream.between(1, 2 * pace);
    return { at: from, fault: 'partition', groups, lasts };
  });
}
