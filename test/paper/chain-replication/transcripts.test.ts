/** Van Renesse & Schneider 2004, §3, message by message. */
import { describe, expect, it } from 'vitest';
import * as masters from '../../protocols/chain-masters-world.ts';
import {
  type ChainWorld,
  CLIENT,
  chainWorld,
  get,
  joiningWorld,
  LONG,
  MIDDLE,
  ofType,
  pass,
  put,
  server,
  write,
} from '../../protocols/chain-world.ts';

/** Without the heartbeats, which go on all the time, those among masters included. */
function transcriptOf(world: ChainWorld): string {
  const lines = world.transcript.filter((line) => !/ (Server|MasterPaxos )?Heartbeat/.test(line));
  return `${lines.join('\n')}\n`;
}

describe('the golden transcript', () => {
  it('of an update and a query', async () => {
    const world = chainWorld();
    world.transcript.length = 0;
    write(world, 'a');
    world.invoke(CLIENT, get());
    world.settle();
    await expect(transcriptOf(world)).toMatchFileSnapshot('golden/update-and-query.txt');
  });

  it('of a chain that loses its middle server with an update on its way', async () => {
    const world = chainWorld();
    write(world, 'a');
    world.transcript.length = 0;
    world.invoke(CLIENT, put('b'));
    world.settle(ofType('Request'));
    world.lose();
    world.crash(MIDDLE);
    pass(world, LONG, [MIDDLE]);
    await expect(transcriptOf(world)).toMatchFileSnapshot('golden/middle-failure.txt');
  });

  it('of a tail that is removed when its lease is over, by one of three masters', async () => {
    const world = masters.mastersWorld({ options: { suspectAfter: 30_000 } });
    const { FIRST, TAIL } = masters;
    write(world, 'a');
    world.transcript.length = 0;
    // It is paused; a query waits before it.
    world.invoke(masters.CLIENT, get());
    const query = world.take('Query', masters.CLIENT, TAIL);
    const { leaseUntil } = server(world, TAIL);
    world.transcript.push(`at ${world.now}: the tail has a lease until ${leaseUntil}, and sleeps`);
    while (masters.masterAt(world, FIRST).configuration.chain.includes(TAIL)) {
      const before = world.marks.length;
      masters.passAmongMasters(world, 1, [TAIL]);
      const hasWaited = world.marks.indexOf(`removal-waits-for-lease ${FIRST}`, before) >= 0;
      if (hasWaited) world.transcript.push(`at ${world.now}: the master waits for that lease`);
    }
    world.transcript.push(`at ${world.now}: the tail wakes`);
    world.inject(query.from, query.to, query.message);
    world.settle(ofType('Query'));
    world.expire(TAIL, 'heartbeat');
    world.settle(({ message }) => message.type !== 'MasterPaxos');
    await expect(transcriptOf(world)).toMatchFileSnapshot('golden/tail-removed-under-lease.txt');
  });

  it('of an extension while the client writes', async () => {
    const world = joiningWorld(['a', 'b']);
    world.transcript.length = 0;
    world.invoke(CLIENT, put('c'));
    world.settle();
    world.invoke(CLIENT, put('d'));
    world.settle();
    world.invoke(CLIENT, get());
    world.settle();
    await expect(transcriptOf(world)).toMatchFileSnapshot('golden/extension-under-writes.txt');
  });
});
