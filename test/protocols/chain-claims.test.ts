/** What chain replication claims to survive, and to whom it owes progress. */
import { describe, expect, it } from 'vitest';
import { type ChainState, chainReplication } from '../../protocols/chain-replication/index.ts';
import type { ChainMessage } from '../../protocols/chain-replication/messages.ts';
import type { Claims, ClusterView, Loss, NodeId, Options } from '../../sim/contract.ts';
import {
  type ChainWorld,
  chainWorld,
  HEAD,
  LONG,
  MASTER,
  MIDDLE,
  pass,
  TAIL,
  write,
} from './chain-world.ts';

interface Situation {
  readonly claims: Claims<ChainState>;
  readonly view: ClusterView<ChainState>;
}

/** The claims about a world, in which these nodes are down. */
function situation(
  world: ChainWorld,
  down: readonly NodeId[] = [],
  requested: readonly (readonly NodeId[])[] = [],
  messages: readonly ChainMessage[] = [],
): Situation {
  const { cluster } = world;
  const isUp = (node: NodeId): boolean => !down.includes(node);
  return {
    claims: chainReplication.claims(cluster.options, cluster.replicas.length),
    view: {
      cluster,
      now: world.now,
      clockOf: () => world.now,
      stateOf: (replica) => (isUp(replica) ? world.state(replica) : undefined),
      crashesOf: () => 0,
      isUp,
      isPaused: () => false,
      isConnected: () => true,
      isSound: () => true,
      requestedMembers: requested,
      isDamaged: () => false,
      messagesInFlight: () => messages,
    },
  };
}

function survives(loss: Loss, node: NodeId, options: Options = {}): boolean {
  const world = chainWorld({ options });
  write(world, 1);
  const { claims, view } = situation(world);
  return claims.survives(loss, node, view);
}

describe('what is survived', () => {
  it('a server may lose its memory while another one has its state', () => {
    expect(survives('memory', HEAD)).toBe(true);
    const world = chainWorld();
    write(world, 1);
    const { claims, view } = situation(world, [HEAD, TAIL]);
    expect(claims.survives('memory', MIDDLE, view)).toBe(false);
  });

  it('a server may not lose it while nobody knows which master acts', () => {
    const { claims, view } = situation(chainWorld(), [MASTER]);
    expect(claims.survives('memory', HEAD, view)).toBe(false);
  });

  it('nobody relies on a server that an operator wants no more', () => {
    const world = chainWorld();
    write(world, 1);
    const { claims, view } = situation(world, [TAIL], [[HEAD, TAIL]]);
    expect(claims.survives('memory', HEAD, view)).toBe(false);
    expect(claims.survives('memory', MIDDLE, view)).toBe(true);
  });

  it('a durable server may lose its memory whenever it likes', () => {
    const world = chainWorld({ options: { durability: 'durable' } });
    const { claims, view } = situation(world, [HEAD, TAIL]);
    expect(claims.survives('memory', MIDDLE, view)).toBe(true);
  });

  it('faults of clocks are survived where no lease depends on them', () => {
    expect(survives('clock', TAIL, { readMode: 'tail' })).toBe(false);
    expect(survives('clock', TAIL, { readMode: 'confirm' })).toBe(true);
    expect(survives('clock', MASTER, { readMode: 'chain' })).toBe(false);
  });

  it('nobody survives a lost disk, or lies', () => {
    for (const loss of ['disk', 'unnoticed', 'lies'] as const) {
      for (const node of [MASTER, HEAD, TAIL]) expect(survives(loss, node)).toBe(false);
    }
  });
});

describe('to whom progress is owed', () => {
  it('all clients, and all servers that may join, if everybody is there', () => {
    const world = chainWorld();
    write(world, 1);
    const { claims, view } = situation(world);
    expect(claims.owes(view)).toEqual({ clients: [4], replicas: [HEAD, MIDDLE, TAIL] });
  });

  it('those who are left, if one of them is settled and has its state', () => {
    const world = chainWorld();
    write(world, 1);
    const { claims, view } = situation(world, [HEAD, TAIL]);
    expect(claims.owes(view).replicas).toEqual([MIDDLE]);
  });

  it('nobody, if only a server is left that was removed', () => {
    const world = chainWorld();
    write(world, 1);
    pass(world, LONG, [TAIL]);
    const { claims, view } = situation(world, [HEAD, MIDDLE]);
    const whyNone = expect.stringMatching(
      /^no server of the chain, n1 n2, was up, linked, and had/,
    );
    expect(claims.owes(view)).toEqual({ clients: [], replicas: [], whyNone });
  });

  it('only those whom every operator has asked for, for any of them may come last', () => {
    const world = chainWorld();
    write(world, 1);
    const requests = [
      [HEAD, MIDDLE],
      [MIDDLE, TAIL],
    ];
    const { claims, view } = situation(world, [], requests);
    expect(claims.owes(view).replicas).toEqual([MIDDLE]);
  });

  it('nobody whom the masters may still remove by a message that is on its way', () => {
    const world = chainWorld();
    write(world, 1);
    expect(owedWith(world, [removalOf(world, TAIL, 0)])).toEqual([HEAD, MIDDLE, TAIL]);
    const onTheWay = [HEAD, MIDDLE, TAIL].map((server) => removalOf(world, server, 0));
    expect(owedWith(world, onTheWay)).toEqual([]);
    const executed = [HEAD, MIDDLE, TAIL].map((server) => removalOf(world, server, -1));
    expect(owedWith(world, executed)).toEqual([HEAD, MIDDLE, TAIL]);
  });

  it('nobody without a master', () => {
    const { claims, view } = situation(chainWorld(), [MASTER]);
    const whyNone = 'among the masters, nobody was up';
    expect(claims.owes(view)).toEqual({ clients: [], replicas: [], whyNone });
  });
});

function owedWith(world: ChainWorld, messages: readonly ChainMessage[]): readonly NodeId[] {
  const { claims, view } = situation(world, [], [], messages);
  return claims.owes(view).replicas;
}

/** Masters vote on a removal, in a slot so far from the next one that the master will execute. */
function removalOf(world: ChainWorld, server: NodeId, further: number): ChainMessage {
  const master = world.state(MASTER);
  if (master.kind !== 'master') throw new Error(`n${MASTER} is no master`);
  const operation = { f: 'remove', server };
  const command = { type: 'Request', operation, clientId: MASTER, requestNumber: 1 } as const;
  const pvalue = { ballot: 1, slot: master.paxos.replica.slotOut + further, command };
  return { type: 'MasterPaxos', message: { type: 'Phase2a', pvalue, decidedBelow: 1 } };
}
