/** Ng, Haridi & Carbone 2023, §2 and §4 to §6, message by message. */
import { describe, expect, it } from 'vitest';
import {
  beat,
  elect,
  type OmniPacket,
  type OmniWorld,
  omniWorld,
  put,
  without,
  write,
} from '../../protocols/op-world.ts';

const CLIENT = 3;

/** Without the heartbeats, which go on all the time, unless they are what it is about. */
function transcriptOf(world: OmniWorld, hasHeartbeats = false): string {
  const lines = world.transcript.filter((line) => hasHeartbeats || !/ Heartbeat/.test(line));
  return `${lines.join('\n')}\n`;
}

describe('the golden transcript', () => {
  it('of an election and a write', async () => {
    const world = omniWorld();
    write(world, CLIENT, 'a');
    await expect(transcriptOf(world)).toMatchFileSnapshot('golden/election-and-write.txt');
  });

  it('of a follower that has missed an entry', async () => {
    const world = omniWorld();
    write(world, CLIENT, 'a');
    world.transcript.length = 0;
    world.invoke(CLIENT, put('b'));
    world.deliver('Request', CLIENT, 0);
    world.take('AcceptDecide', 0, 2);
    world.settle();
    world.expire(2, 'gap');
    world.settle();
    await expect(transcriptOf(world)).toMatchFileSnapshot('golden/missed-entry.txt');
  });

  it('of a leader that is cut off with entries of its own, and comes back', async () => {
    const world = omniWorld({ clients: 2 });
    write(world, CLIENT, 'a');
    world.transcript.length = 0;
    world.invoke(CLIENT, put('alone'));
    world.settle(({ to }) => to === 0);
    world.lose();
    elect(world, 1, [0]);
    world.invoke(CLIENT + 1, put('b'), 'linearizable', 1);
    world.settle(without(0));
    world.expire(1, 'resend');
    world.settle();
    await expect(transcriptOf(world)).toMatchFileSnapshot('golden/overtaken-leader.txt');
  });

  it('of a third server that takes the place of another one', async () => {
    const world = omniWorld({ replicas: 4, options: { members: 3 } });
    const [client = 0] = world.cluster.clients;
    write(world, client, 'a', 'b');
    world.transcript.length = 0;
    world.reconfigure(0, [0, 1, 3]);
    world.settle();
    for (let round = 0; round < 2; round++) beat(world);
    write(world, client, 'c');
    await expect(transcriptOf(world)).toMatchFileSnapshot('golden/member-replaced.txt');
  });

  it('of a line of three, one end of which hears nothing of its leader', async () => {
    const world = omniWorld();
    world.transcript.length = 0;
    const isLinked = ({ from, to }: OmniPacket): boolean => from === 1 || to === 1 || from === to;
    for (let round = 0; round < 2; round++) {
      for (const server of [0, 1, 2]) world.expire(server, 'election');
      world.settle(isLinked);
      world.lose();
    }
    await expect(transcriptOf(world, true)).toMatchFileSnapshot('golden/chained.txt');
  });
});
