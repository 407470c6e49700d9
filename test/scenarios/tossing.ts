/**
 * A protocol whose failure hangs on one draw at a known tick: n0 ticks every millisecond; at the
 * tick of the toss it draws a number, and sends n1 a note. `unlucky` fails later if the number was
 * 0, `unheard` if the note did not arrive.
 */

import { builtIn, type Registry } from '../../scenarios/assemble.ts';
import { type RunSpec, SPEC_FORMAT } from '../../scenarios/spec.ts';
import type { Env, Invariant, Process, Protocol, Unreadable } from '../../sim/contract.ts';
import { STREAMS_VERSION } from '../../sim/streams.ts';

const TICK = 1_000;
export const TOSS_TICK = 50;
const JUDGED_TICK = 80;
/** The number is one of so many, and a note in so many is lost. */
export const ONE_IN = 10;

interface TossingState {
  ticks: number;
  tossed: number;
  hasNote: boolean;
}

interface Note {
  readonly type: 'Note';
}

class Tosser implements Process<Note, 'tick', TossingState> {
  readonly state: TossingState = { ticks: 0, tossed: -1, hasNote: false };
  private readonly env: Env<Note, 'tick'>;

  constructor(env: Env<Note, 'tick'>) {
    this.env = env;
  }

  start(): void {
    this.env.setTimer('tick', TICK);
  }

  receive(_from: number, message: Note | Unreadable): void {
    if (message.type === 'Note') this.state.hasNote = true;
  }

  expire(): void {
    this.env.setTimer('tick', TICK);
    this.state.ticks += 1;
    // Draws that decide nothing, before the toss and after it.
    const number = this.env.random(ONE_IN);
    if (this.env.id !== 0 || this.state.ticks !== TOSS_TICK) return;
    this.state.tossed = number;
    this.env.send(1, { type: 'Note' });
  }
}

function judgedLate(name: string, isWrong: (state: TossingState, node: number) => boolean) {
  const invariant: Invariant<TossingState> = {
    name,
    source: 'it is what the toss is for',
    watch: () => ({
      after: (node, state) =>
        state.ticks >= JUDGED_TICK && isWrong(state, node) ? `n${node} is ${name}` : undefined,
    }),
  };
  return invariant;
}

function tossing(name: string, invariant: Invariant<TossingState>): Protocol {
  const protocol: Protocol<Note, 'tick', TossingState> = {
    name,
    title: 'Tossing',
    paper: 'none: it exists for the tests of explanations',
    optionSchema: [],
    marks: {},
    replica: (env) => new Tosser(env),
    client: () => {
      throw new Error('nobody calls');
    },
    claims: () => ({
      durable: true,
      survives: () => true,
      owes: () => ({ clients: [], replicas: [] }),
      progressWithin: 0,
    }),
    invariants: [invariant],
    decidedCount: () => 0,
    decidedOperation: () => undefined,
    appliedCount: () => 0,
    app: () => null,
    acknowledges: () => undefined,
    holds: () => undefined,
    summary: ({ tossed, hasNote }) => `tossed ${tossed}${hasNote ? ', has the note' : ''}`,
    leadership: () => ({ round: 0, leads: false }),
  };
  return protocol;
}

export const tossers: Registry = {
  ...builtIn,
  protocols: [
    tossing(
      'unlucky',
      judgedLate('unlucky', ({ tossed }) => tossed === 0),
    ),
    tossing(
      'unheard',
      judgedLate('unheard', ({ hasNote }, node) => node === 1 && !hasNote),
    ),
  ],
};

export function tossingSpec(protocol: 'unlucky' | 'unheard', seed: string): RunSpec {
  return {
    format: SPEC_FORMAT,
    scenario: `${protocol}/toss`,
    protocol,
    seed,
    streams: STREAMS_VERSION,
    replicas: 2,
    clients: 0,
    options: {},
    machine: 'kv',
    network: {
      delay: { kind: 'uniform', min: 100, spread: 400 },
      drop: 1_000_000 / ONE_IN,
      duplicate: 0,
      corrupt: 0,
      reorder: 0,
      reorderBy: 0,
    },
    disk: { latencyMin: 10, latencyMax: 10, torn: 0 },
    clock: { offset: 200, drift: 0 },
    ending: { kind: 'cut', at: 100 * TICK },
    bounds: { events: 1_000, queue: 100, time: 1_000_000 },
    workload: { operations: 0, keys: 1, thinkTime: 0, mix: { get: 1 } },
    faults: { kinds: {}, lastsMin: 0, lastsMax: 0, targeted: 0 },
    plan: { faults: [], operations: [] },
    oracles: ['invariants'],
    shuffleTies: false,
    withinClaims: true,
    paranoid: false,
  };
}
