/** Every invariant finds what it is there for: a state that no server should ever be in. */
import { describe, expect, it } from 'vitest';
import { chainReplication } from '../../protocols/chain-replication/index.ts';
import { ledgerOf } from '../../protocols/chain-replication/master-state.ts';
import type { Request } from '../../protocols/chain-replication/messages.ts';
import type { ReadRecord } from '../../protocols/read-watch.ts';
import type { NodeId, Options, Protocol } from '../../sim/contract.ts';
import {
  type ChainWorld,
  CLIENT,
  chainWorld,
  HEAD,
  judgedBy,
  LONG,
  MASTER,
  MIDDLE,
  master,
  put,
  server,
  TAIL,
  write,
} from './chain-world.ts';

const OTHER: Request = { type: 'Request', operation: put(9), clientId: 99, requestNumber: 1 };

/** What is done to a chain that holds two updates, and the node whose next step is looked at. */
const corruptions: readonly {
  readonly invariant: string;
  readonly what: string;
  readonly node: NodeId;
  readonly options?: Options;
  corrupt(world: ChainWorld): void;
}[] = [
  {
    invariant: 'committed-prefix-agreement',
    what: 'a server has executed another update than the others',
    node: HEAD,
    corrupt(world) {
      world.invoke(CLIENT, put(3));
      world.settle(({ message, to }) => message.type !== 'Ack' || to !== HEAD);
      server(world, HEAD).hist[2] = OTHER;
      server(world, HEAD).committed = 3;
    },
  },
  {
    invariant: 'counts-in-order',
    what: 'a server counts more updates than it has',
    node: HEAD,
    corrupt: (world) => void server(world, HEAD).length++,
  },
  {
    invariant: 'update-propagation',
    what: 'a server has an update that its predecessor does not have',
    node: MIDDLE,
    corrupt(world) {
      server(world, MIDDLE).hist.push(OTHER);
      server(world, MIDDLE).length++;
    },
  },
  {
    invariant: 'inprocess-requests',
    what: 'a server lacks what its predecessor has not in Sent any more',
    node: TAIL,
    corrupt(world) {
      server(world, TAIL).hist.pop();
      server(world, TAIL).length--;
    },
  },
  {
    invariant: 'acknowledged-updates-held',
    what: 'a server in the chain has lost what a client was told of',
    node: MIDDLE,
    corrupt(world) {
      server(world, MIDDLE).hist.pop();
      server(world, MIDDLE).length--;
    },
  },
  {
    invariant: 'client-table-tells-hist',
    what: 'an update is in Hist twice',
    node: HEAD,
    corrupt(world) {
      const { hist } = server(world, HEAD);
      hist.push(hist[0]!);
      server(world, HEAD).length++;
    },
  },
  {
    invariant: 'one-configuration-per-epoch',
    what: 'two servers know different chains of one epoch',
    node: TAIL,
    corrupt(world) {
      const { configuration } = server(world, TAIL);
      server(world, TAIL).configuration = { ...configuration, chain: [TAIL] };
    },
  },
  {
    invariant: 'epoch-never-decreases',
    what: 'a server goes back to an earlier epoch',
    node: TAIL,
    corrupt(world) {
      const { configuration } = server(world, TAIL);
      server(world, TAIL).configuration = { ...configuration, epoch: 0 };
    },
  },
  {
    invariant: 'somebody-is-settled',
    what: 'a chain is that of a server which joins, alone',
    node: TAIL,
    corrupt(world) {
      const { configuration } = server(world, TAIL);
      const alone = { ...configuration, epoch: 9, chain: [TAIL], joining: TAIL };
      server(world, TAIL).configuration = alone;
    },
  },
  {
    invariant: 'leases-of-latest-epoch',
    what: 'a master grants a lease of an epoch that is over',
    node: MASTER,
    corrupt(world) {
      const { configuration } = server(world, TAIL);
      server(world, TAIL).configuration = { ...configuration, epoch: 2 };
      world.deliverUnreadable(MASTER, TAIL);
      master(world).grants++;
    },
  },
  {
    invariant: 'leases-waited-for',
    what: 'a tail counts on a lease that the master has forgotten',
    node: TAIL,
    corrupt: (world) => void delete master(world).grantedAt[TAIL],
  },
  {
    invariant: 'configuration-of-who-acts',
    what: 'a master has a configuration that no command has made',
    node: MASTER,
    corrupt(world) {
      const ledger = ledgerOf(master(world));
      ledger.configuration = { ...ledger.configuration, chain: [HEAD, MIDDLE] };
    },
  },
  {
    invariant: 'confirmation-follows-question',
    what: 'a tail takes for answered what no master was asked',
    node: TAIL,
    options: { readMode: 'confirm' },
    corrupt(world) {
      server(world, TAIL).round++;
      world.deliverUnreadable(MASTER, TAIL);
      server(world, TAIL).confirmedRound++;
    },
  },
  {
    invariant: 'removal-leaves-somebody',
    what: 'a master removes the only server that has not died long ago',
    node: MASTER,
    corrupt(world) {
      for (const node of [HEAD, MIDDLE]) world.crash(node);
      world.now += LONG;
      master(world).proposed = { f: 'remove', epoch: 1, server: TAIL };
    },
  },
  {
    invariant: 'queries-see-executed',
    what: 'a tail has answered a query from fewer updates than were executed',
    node: TAIL,
    corrupt: (world) => answered(world, { round: 0, answeredAt: 1 }),
  },
  {
    invariant: 'queries-confirmed-anew',
    what: 'a tail has answered a query without a word from the masters',
    node: TAIL,
    options: { readMode: 'confirm' },
    corrupt: (world) => answered(world, { round: 0, answeredAt: 2 }),
  },
  {
    invariant: 'queries-confirmed-anew',
    what: 'a tail has answered a query in an epoch that was over',
    node: TAIL,
    options: { readMode: 'confirm' },
    corrupt(world) {
      const { configuration } = server(world, HEAD);
      server(world, HEAD).configuration = { ...configuration, epoch: 2 };
      world.deliverUnreadable(MASTER, HEAD);
      server(world, TAIL).confirmedRound = 1;
      answered(world, { round: 0, answeredAt: 2 });
    },
  },
  {
    invariant: 'masters-ballots-grow',
    what: 'a master goes back to an earlier ballot',
    node: MASTER,
    corrupt: (world) => void master(world).paxos.acceptor.ballot--,
  },
];

/** The tail remembers that it has answered a query of the client. */
function answered(world: ChainWorld, how: Omit<ReadRecord, 'requestNumber'>): void {
  const tail = server(world, TAIL);
  tail.queryRecords[CLIENT] = { requestNumber: 99, ...how };
  tail.queryChanges++;
}

describe('an invariant', () => {
  it.each(corruptions)(
    '$invariant is violated where $what',
    ({ invariant, node, options, corrupt }) => {
      const protocol = judgedBy(chainReplication as unknown as Protocol, invariant);
      const world = chainWorld({ protocol, ...(options === undefined ? {} : { options }) });
      write(world, 1, 2);
      const look = (): void => world.deliverUnreadable(MASTER, node);
      expect(look).not.toThrow();
      corrupt(world);
      expect(look).toThrow(invariant);
    },
  );
});
