import { describe, expect, it } from 'vitest';
import { ballotNames as paxosNames } from '../../protocols/multi-paxos/ballot.ts';
import { ballotOf, ballotNames as omniNames } from '../../protocols/omni-paxos/ballot.ts';
import { namedRecord, namedState } from '../../reports/named-numbers.ts';
import { nodeStateLines } from '../../reports/node-state.ts';
import { protocolNamed } from '../../scenarios/assemble.ts';
import type { NodeState } from '../../scenarios/node-state.ts';
import { describe as inOneLine } from '../../sim/event-log.ts';
import type { Plain } from '../../sim/plain.ts';
import type { EventKind, EventRecord } from '../../sim/record.ts';

/** Round 1 of leader 2, and round 1 of leader 0, as Multi-Paxos packs them. */
const [OF_TWO, OF_NONE_ELSE] = [1026, 1024];

function shown(message: Plain, kind: EventKind = 'deliver'): string | undefined {
  const record: EventRecord = { index: 0, event: 1, time: 0, kind, detail: inOneLine(message) };
  return namedRecord(record, paxosNames).detail;
}

describe('the numbers of a message, as people read them', () => {
  it('are ballots where its fields say so, at any depth', () => {
    const pvalue = { ballot: OF_NONE_ELSE, slot: OF_TWO, command: { type: 'NoOp' } };
    expect(shown({ type: 'Phase1b', ballot: OF_TWO, inReplyTo: 0, accepted: [pvalue] })).toBe(
      '{type: "Phase1b", ballot: 1.2, inReplyTo: none, ' +
        'accepted: [{ballot: 1.0, slot: 1026, command: {type: "NoOp"}}]}',
    );
  });

  it('stay as they are in what belongs to the state machine, which may call a key "ballot"', () => {
    const snapshot = { app: { ballot: OF_TWO, deeper: { ballot: OF_TWO } }, ballot: OF_TWO };
    expect(shown({ type: 'SnapshotOffer', snapshot })).toBe(
      '{type: "SnapshotOffer", snapshot: ' +
        '{app: {ballot: 1026, deeper: {ballot: 1026}}, ballot: 1.2}}',
    );
    const operation = { f: 'put', key: 'ballot: 1026', ballot: [OF_TWO] };
    expect(shown({ type: 'Request', operation, ballot: OF_TWO })).toBe(
      '{type: "Request", operation: {f: "put", key: "ballot: 1026", ballot: [1026]}, ballot: 1.2}',
    );
  });

  it('stay as they are where the log has cut them off', () => {
    const long = shown({ type: 'Request', padding: 'x'.repeat(358), ballot: OF_TWO });
    expect(long?.slice(-12)).toBe('ballot: 102…');
  });

  it('are of messages alone: a fault or a call may have fields of these names, too', () => {
    for (const kind of ['invoke', 'return', 'fault', 'violation'] as const) {
      expect(shown({ ballot: OF_TWO }, kind)).toBe('{ballot: 1026}');
    }
    expect(shown({ ballot: OF_TWO }, 'drop')).toBe('{ballot: 1.2}');
  });
});

describe('the numbers of a state, as people read them', () => {
  const promised = ballotOf(1, 3, 0, 1);
  const state: NodeState = {
    node: 0,
    condition: 'up',
    memory: {
      election: { leader: promised, round: promised },
      leader: { attempts: [promised] },
      app: { leader: 7 },
    },
    disk: {
      values: { promised, decided: 4 },
      logs: { log: { first: 0, entries: [{ ballot: promised }] } },
      damaged: 0,
      outstanding: 0,
    },
    cutOffFrom: [],
  };

  it('are ballots in memory and on disk where the protocol says so', () => {
    const lines = nodeStateLines(state, '', { name: String, numberNames: omniNames });
    expect(lines).toEqual([
      '0',
      'memory  app {leader 7}',
      `        election             leader 2:3.1 · round ${promised}`,
      `        leader               attempts [${promised}]`,
      'disk    promised             2:3.1',
      '        decided              4',
      '        log                  0–0  [{ballot 2:3.1}]',
    ]);
  });

  it('stay as they are for a protocol that has no packed ones', () => {
    expect(protocolNamed('vr').numberNames).toBeUndefined();
    expect(namedState(state, undefined)).toBe(state);
  });
});

describe('rounds of leadership', () => {
  it('have a name where they are packed: ballots of op, not rounds of mp nor epochs', () => {
    const named = (protocol: string): string | undefined =>
      protocolNamed(protocol).numberNames?.round?.(ballotOf(0, 3, 0, 1));
    expect(named('op')).toBe('3.1');
    expect(['mp', 'chain', 'craq', 'vr'].map(named)).toEqual(new Array(4).fill(undefined));
  });

  it('are not those of what is acknowledged: in mp these are ballots, in a chain epochs', () => {
    const named = (protocol: string): string | undefined =>
      protocolNamed(protocol).numberNames?.acknowledgedRound?.(OF_TWO);
    expect(named('mp')).toBe('1.2');
    expect(['chain', 'craq', 'vr'].map(named)).toEqual([undefined, undefined, undefined]);
  });
});
