/**
 * D18 to D20: three ways in which a group is connected in part, and has somebody who could lead
 * (Ng, Haridi, Carbone: Omni-Paxos, EuroSys 2023, §2). Clients can talk to every server and keep
 * asking; what a protocol makes of it is measured, and asserted only of those that promise it.
 */
import type { Options } from '../../sim/contract.ts';
import type { Fault } from '../../sim/fault.ts';
import type { Stream } from '../../sim/streams.ts';
import { type Places, placedFaults } from '../compare/placed-faults.ts';
import type { Expectation } from '../spec.ts';
import { indices } from './division.ts';
import { ifKnown, placesOf } from './places.ts';
import { defineScenario, MILLISECOND, SAFE, type Scenario, scripted } from './scenario.ts';

const MS = MILLISECOND;

/** What a protocol may bring along; none has to. */
export interface PartialConnectivitySettings {
  /** Where replicas may be something else than servers: the options that say which of them are. */
  readonly needed?: Options;
  /** What the protocol promises while links are cut, and that in words. */
  readonly promise?: {
    readonly expects: string;
    expect(held: Held): Expectation;
  };
}

/** The links are as the scenario has it from `from` on, and before `until` (Micros). */
export interface Held {
  readonly from: number;
  readonly until: number;
}

interface Case {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly servers: number;
  /** How long after the fault has begun links are as the scenario has it (Micros). */
  readonly lag: number;
  fault(stream: Stream, servers: number): Fault;
}

/** With fewer servers, a cut link leaves nobody who has a quorum, or everybody. */
const LEAST = 3;
/** By then everybody has found a leader, whoever it is. */
const SETTLED = 200 * MS;
/** More than ten of the longest waits for a leader that any protocol has by default. */
const HELD = 1_500 * MS;
/** Less than the shortest such wait: who misses so much has an old log, and no suspicion. */
const LAG = 30 * MS;
/** A client without an answer asks so soon again: what it waits for is the group. */
const RETRY = 10 * MS;
/** In the time that they are spread over, a client asks every 8 ms or so. */
const LOAD = { clients: 4, operations: 1_000, mix: { get: 50, put: 50 } };

const CASES: readonly Case[] = [
  {
    name: 'quorum-loss',
    title: 'D18: only one server has a quorum',
    about: 'five servers; all, the leader among them, can talk to one other and to nobody else',
    servers: 5,
    lag: 0,
    fault: (stream, servers) => ({ fault: 'quorum-loss', node: drawHub(stream, servers) }),
  },
  {
    name: 'constrained-election',
    title: 'D19: the only server with a quorum has an old log',
    about:
      'five servers; one misses what the leader does; then the leader is cut off, and all ' +
      'others can talk to that one only',
    servers: 5,
    lag: LAG,
    fault: (stream, servers) => ({
      fault: 'constrained-election',
      node: drawHub(stream, servers),
      leader: 'leader',
      lag: LAG,
    }),
  },
  {
    name: 'chained',
    title: 'D20: three servers in a line, the leader at an end',
    about: 'three servers; the leader and one other cannot talk, the third can talk to both',
    servers: 3,
    lag: 0,
    // Whoever leads comes first, and counts once.
    fault: (_, servers) => ({ fault: 'chained', order: ['leader', ...indices(servers)] }),
  },
];

/** Neither the first server nor the last: where nothing has gone wrong, one of them leads. */
function drawHub(stream: Stream, servers: number): number {
  return servers < 3 ? servers - 1 : stream.between(1, servers - 2);
}

/** The three scenarios of one protocol. */
export function partialConnectivity(
  protocol: string,
  settings: PartialConnectivitySettings = {},
): readonly Scenario[] {
  return CASES.map((each) => scenarioOf(protocol, each, settings));
}

function scenarioOf(
  protocol: string,
  { name, title, about, servers: usual, lag, fault }: Case,
  { needed = {}, promise }: PartialConnectivitySettings,
): Scenario {
  return defineScenario({
    protocol,
    name,
    title,
    about: `${about}; clients reach everyone`,
    expects: promise?.expects ?? SAFE,
    world: (stream, { replicas: asked }) => {
      const placesFor = (servers: number): Places =>
        placesOf(protocol, needed, { usual: servers, asked: undefined });
      const least = placesFor(LEAST).replicas;
      const enough = asked === undefined ? undefined : Math.max(asked, least);
      const places = placesOf(protocol, needed, { usual, asked: enough });
      const at = SETTLED + stream.below(100 * MS);
      const planned = { at, ...fault(stream, places.servers.length), lasts: lag + HELD };
      const span = at + lag + HELD;
      return scripted(stream, placedFaults([planned], places), {
        ...LOAD,
        replicas: places.replicas,
        span,
        busyFor: span + SETTLED,
        fixed: ifKnown(protocol, 'clientRetry', RETRY),
        needed,
        ...(promise === undefined
          ? {}
          : {
              expect: promise.expect({ from: at + lag, until: span }),
              // Of more servers in a line, none may have a quorum.
              expectedOf: placesFor(usual).replicas,
            }),
      });
    },
  });
}
