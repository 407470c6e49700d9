/** Oracles that look at decided logs: agreement, exactly-once, replies, acknowledged writes. */
import type { NodeId } from '../../sim/contract.ts';
import { digest } from '../../sim/plain.ts';
import type { Oracle } from './oracle.ts';
import { inWords, nodeName } from './words.ts';

/** Decided prefixes agree, and what a running replica knows to be decided never shrinks. */
export const agreement: Oracle = {
  id: 'agreement',
  letter: 'A',
  about: 'all replicas decide the same operation at each position, and never undecide one',
  watch(court) {
    const { protocol } = court.build;
    return {
      stepped(replica, state) {
        const before = court.decided.comparedCount(replica);
        const clash = court.decided.update(replica, state);
        if (clash !== undefined) {
          const { position, first, second } = clash;
          const text =
            `n${replica} decided ${inWords(second)} at position ${position}, ` +
            `where ${inWords(first)} had been decided`;
          court.violation(agreement, text, { node: replica });
        } else if (protocol.decidedCount(state) < before) {
          const now = protocol.decidedCount(state);
          const text = `n${replica} went back from ${before} decided positions to ${now}`;
          court.violation(agreement, text, { node: replica });
        }
      },
    };
  },
};

/**
 * No operation is executed at two positions, and none that its client knows not to have happened.
 */
export const exactlyOnce: Oracle = {
  id: 'exactly-once',
  letter: 'E',
  about: 'an operation is executed at most once, however often it was sent',
  watch(court) {
    let isReported = false;
    return {
      stepped(replica) {
        const { repeated } = court.decided;
        if (repeated === undefined || isReported) return;
        isReported = true;
        const [first, second] = repeated.positions;
        const operation = inWords(repeated.operation);
        const text = `${operation} was executed twice, at positions ${first} and ${second}`;
        court.violation(exactlyOnce, text, { node: replica });
      },
    };
  },
};

/** A client is told what the state machine answers at the operation's place in the decided log. */
export const replies: Oracle = {
  id: 'replies',
  letter: 'R',
  about: 'each reply is what the state machine answers at that position of the decided log',
  watch(court) {
    return {
      returned(index) {
        const entry = court.history[index];
        if (entry === undefined) return;
        // A weaker read may have an answer from before its place in the log.
        if (entry.level !== 'linearizable') return;
        const position = court.decided.positionOf(entry.operation);
        if (position === undefined) return;
        const expected = court.decided.replies[position] ?? null;
        const actual = entry.output ?? null;
        if (digest(expected) === digest(actual)) return;
        const text =
          `${nodeName(entry.node, court.spec.replicas)} was told ${inWords(actual)} ` +
          `for ${inWords(entry.operation)}, ` +
          `but at position ${position} the state machine answers ${inWords(expected)}`;
        court.violation(replies, text, { operations: [index] });
      },
    };
  },
};

/**
 * What a client was told has happened is decided. That it stays decided, and in every replica's
 * log, is for `agreement` and the quiet ending, which waits until all replicas know all of it.
 */
export const acknowledgedWrites: Oracle = {
  id: 'acknowledged-writes',
  letter: 'W',
  about: 'a write is acknowledged only when it is decided, so that no later leader can lose it',
  watch(court) {
    const { machine } = court.build;
    return {
      returned(index) {
        const entry = court.history[index];
        if (entry === undefined || machine.isReadOnly(entry.operation)) return;
        if (court.decided.positionOf(entry.operation) !== undefined) return;
        const text =
          `${nodeName(entry.node, court.spec.replicas)} was told that ` +
          `${inWords(entry.operation)} is done, but no replica has decided it`;
        court.violation(acknowledgedWrites, text, { operations: [index] });
      },
    };
  },
};

/**
 * What a node has acknowledged never shrinks: neither while it runs nor across its restarts may it
 * hold less than it has promised. The measure is the pair (round in which the log was adopted,
 * length of the log), because a later round may legally shorten the log.
 */
export const promises: Oracle = {
  id: 'promises',
  letter: 'P',
  about: 'what a replica has acknowledged, as (round, length), it never holds less of afterwards',
  watch(court) {
    const { protocol } = court.build;
    const rounds = court.view.cluster.replicas.map(() => -1);
    const lengths = court.view.cluster.replicas.map(() => -1);
    return {
      released(from, _to, message) {
        const promised = protocol.acknowledges(message);
        if (promised === undefined) return;
        const round = rounds[from] ?? -1;
        if (promised.round < round) return;
        if (promised.round === round && promised.length <= (lengths[from] ?? -1)) return;
        rounds[from] = promised.round;
        lengths[from] = promised.length;
      },
      stepped(replica: NodeId, state) {
        const round = rounds[replica] ?? -1;
        if (round < 0) return;
        const held = protocol.holds(state);
        if (held === undefined || held.round > round) return;
        const length = lengths[replica] ?? -1;
        if (held.round === round && held.length >= length) return;
        const name = protocol.numberNames?.acknowledgedRound ?? String;
        const text =
          `n${replica} had acknowledged ${length} entries of round ${name(round)}, ` +
          `and now holds ${held.length} of round ${name(held.round)}`;
        court.violation(promises, text, { node: replica });
      },
    };
  },
};
