import { describe, expect, it } from 'vitest';
import { cutLinksInWords, nodeStateLines } from '../../reports/node-state.ts';
import type { NodeState } from '../../scenarios/node-state.ts';
import type { Plain } from '../../sim/plain.ts';

const name = (node: number): string => `s${node + 1}`;
const emptyDisk = { values: {}, logs: {}, damaged: 0, outstanding: 0 };
const request = (value: number): Plain => ({
  type: 'Request',
  operation: { f: 'put', key: 'a', value },
  clientId: 3,
});

function linesOf(changes: Partial<NodeState>): readonly string[] {
  const state: NodeState = { node: 0, condition: 'up', disk: emptyDisk, cutOffFrom: [] };
  return nodeStateLines({ ...state, ...changes }, 'leads', { name, numberNames: undefined });
}

describe('the state of a node in words', () => {
  it('has its summary on top, its memory, and its disk', () => {
    const disk = {
      ...emptyDisk,
      values: { ballot: 7 },
      logs: { log: { first: 2, entries: [request(1), request(2)] } },
      damaged: 1,
      outstanding: 2,
    };
    expect(linesOf({ memory: { view: 3, isUp: true }, disk })).toEqual([
      's1  leads',
      'memory  view 3 · isUp true',
      'disk    ballot               7',
      '        log                  2–3  [put a = 1, put a = 2]',
      '        1 record damaged',
      '        2 records on the way',
    ]);
  });

  it('of one that is down is what is on its disk', () => {
    const disk = { ...emptyDisk, values: { ballot: 7 } };
    expect(linesOf({ condition: 'down', disk })).toEqual([
      's1  down',
      'disk    ballot               7',
    ]);
    expect(linesOf({ condition: 'paused' })).toEqual(['s1  paused leads']);
  });

  it('leaves out what is empty, and tells records in records by their path', () => {
    const memory = {
      acceptor: { ballot: 1, accepted: { first: 3, values: [] }, names: ['a'.repeat(30)] },
      nothing: null,
      table: {},
      list: [null, []],
    };
    expect(linesOf({ memory })).toEqual([
      's1  leads',
      'memory  acceptor             ballot 1',
      '        acceptor.accepted    empty, goes on at 3',
      `        acceptor.names       [${'a'.repeat(30)}]`,
    ]);
  });

  it('tells what has no name of its own by where it is', () => {
    const objects = { '': [{ number: 23, since: 82_847, isClean: true }] };
    expect(linesOf({ memory: { objects } })[1]).toBe(
      'memory  objects              [{number 23, since 82847, isClean true}]',
    );
  });

  it('shows the first and the last of many, and how many there are', () => {
    const log = Array.from({ length: 50 }, (_, index) => request(index));
    expect(linesOf({ memory: { log } })[1]).toBe(
      'memory  log                  50 of them: [put a = 0, put a = 1, put a = 2, … put a = 48, ' +
        'put a = 49]',
    );
  });

  it('never has a line that is longer than a terminal is wide', () => {
    const memory = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`field${index}`, 'x'.repeat(3 * index)]),
    );
    for (const line of linesOf({ memory })) expect(line.length).toBeLessThanOrEqual(108);
  });

  it('tells whom it does not hear, and who does not hear it', () => {
    const links = [{ node: 1 }, { node: 2, only: 'to' }, { node: 3, only: 'from' }] as const;
    expect(cutLinksInWords(links, name)).toBe(
      'cut off from s2, s3 (is not heard there), s4 (does not hear it)',
    );
    expect(linesOf({ cutOffFrom: links })[1]).toBe(`links   ${cutLinksInWords(links, name)}`);
  });
});
