/** Van Renesse & Schneider 2004, §3, message by message. */
import { describe, expect, it } from 'vitest';
import {
  type ChainWorld,
  CLIENT,
  chainWorld,
  get,
  LONG,
  MIDDLE,
  ofType,
  pass,
  put,
  write,
} from '../../protocols/chain-world.ts';

/** Without the heartbeats, which go on all the time. */
function transcriptOf(world: ChainWorld): string {
  const lines = world.transcript.filter((line) => !/ (Server)?Heartbeat/.test(line));
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
});
