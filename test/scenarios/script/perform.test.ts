/** Sessions by hand: each line comes when the one before it is done, and all of it is one plan. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../scenarios/run.ts';
import { parseScript } from '../../../scenarios/script/parse.ts';
import { ScriptError } from '../../../scenarios/script/words.ts';
import { sessionWorld } from '../../../scenarios/script/world.ts';
import type { PlannedFault } from '../../../sim/plan.ts';
import { performed, scenarioNamed } from './sessions.ts';

/** What is refused, as `line:column: message`. */
function refusalOf(protocol: string, lines: string): string {
  try {
    performed(protocol, lines);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return `${error.line}:${error.column}: ${error.message}`;
  }
  return 'nothing is wrong';
}

const PAUSE = 50_000;

describe('a session', () => {
  it('asks for one thing after the other, and tells what was answered', () => {
    const lines = '# so\nput a 1\nget a\ncas a 1 2\ncas a 1 3\ndelete a\nget a';
    const { told, result } = performed('vr', lines);
    expect(told).toEqual([
      '# so',
      'put a 1 → null',
      'get a → 1',
      'cas a 1 2 → true',
      'cas a 1 3 → false',
      'delete a → null',
      'get a → null',
    ]);
    expect(result.verdict).toBe('passed');
  });

  it('goes on a pause after each answer, and after its patience where none comes', () => {
    const { session, entries } = performed(
      'vr',
      'nodes 1\nput a 1\npatience 300ms\nkill 1\nget a\nget b',
    );
    const [put, patience, kill, ...gets] = session.steps.map(({ at }) => at);
    const [asked] = entries;
    const answeredAt = asked?.kind === 'request' ? asked.answer?.at : undefined;
    expect([patience, kill]).toEqual([answeredAt! + PAUSE, answeredAt! + PAUSE]);
    expect(gets).toEqual([kill! + PAUSE, kill! + PAUSE + 300_000 + PAUSE]);
    expect(put).toBe(100_000);
  });

  it('is a plan like any other: it runs again without the script, and from JSON', () => {
    const { session, result } = performed('mp', 'put a 1\nkill 1\n2 put a 2\nrestart 1\nget a');
    const again = run(JSON.parse(JSON.stringify(session.spec)));
    expect(again.traceHash).toBe(result.traceHash);
    expect(session.spec.plan.faults).toEqual([
      { at: expect.any(Number), fault: 'crash', node: 0, lasts: expect.any(Number) },
    ]);
    expect(session.spec.plan.operations.map(({ via }) => via)).toEqual([undefined, 1, undefined]);
  });

  it.each(['0x1', '0x2', '0x3'])(
    'has the times in the whole run that it was given, seed %s',
    (seed) => {
      const lines =
        'put a 1\nkill leader\nput a 2 at 2\nget a\npause 3\nget a sequential at 3\nput b 1';
      for (const protocol of ['vr', 'mp', 'chain']) {
        const { session, result } = performed(protocol, lines, { seed });
        const calls = result.history.map(({ call }) => call).sort((one, other) => one - other);
        expect(calls).toEqual(session.spec.plan.operations.map(({ at }) => at));
      }
    },
  );

  it('waits until a time, and from there on', () => {
    const { session } = performed('vr', 'at 2s get a\nwait 3s\nat 1s get b');
    const [first, , third] = session.steps.map(({ at }) => at);
    expect(first).toBe(2_000_000);
    expect(third).toBeGreaterThan(5_000_000);
  });

  it('asks on while others wait, each through a client of its own', () => {
    const { told, session } = performed(
      'mp',
      'pause 2\npause 3\nput a 1 &\nget a &\nresume 2\nwait 1s\nget a',
    );
    expect(told).toEqual([
      'pause 2',
      'pause 3',
      'put a 1 & → none',
      'get a & → none',
      'resume 2',
      'late: put a 1 & → null',
      'late: get a & → 1',
      'wait 1s',
      'get a → 1',
    ]);
    expect(session.spec.clients).toBe(2);
  });

  it('ends where it ends: nothing heals, and what is open stays open', () => {
    const { result } = performed('vr', 'put a 1\nkill 1\nkill 2\nput a 2');
    expect(result.verdict).toBe('passed');
    expect(result.ended.how).toBe('cut');
    expect(result.history.map((entry) => entry.return === null)).toEqual([false, true]);
    expect(result.faults.map(({ until }) => until)).toEqual([undefined, undefined]);
  });

  it('does what it says even if that is more than a protocol survives, and says so', () => {
    const { entries, told, result } = performed('mp', 'put a 1\nkill 3\nrestart 3 empty\nget a');
    expect(told.at(-1)).toBe('not reached: get a');
    expect(result.failures[0]?.oracle).toBe('promises');
    const beyond = entries.map((entry) => entry.kind === 'disturbance' && entry.isBeyondClaims);
    expect(beyond).toEqual([false, false, true, false]);
  });
});

describe('servers of a session', () => {
  it('are counted from 1, and are those that can be members', () => {
    expect(performed('vr', 'get a').session.servers.nodes).toEqual([0, 1, 2]);
    expect(performed('chain', 'get a').session.servers.nodes).toEqual([3, 4, 5]);
    expect(performed('mp', 'nodes 5\nget a').session.servers.nodes).toEqual([0, 1, 2, 3, 4]);
  });

  it('answer reads that may be old without the others', () => {
    const lines = 'put a 1\nkill 1\npause 2\nget a at 3\nget a sequential at 3';
    const { told } = performed('mp', lines);
    expect(told.slice(-2)).toEqual(['get a at 3 → none', 'get a sequential at 3 → 1']);
  });

  it('that come up later are no members until they are asked for', () => {
    const { session, told } = performed('mp', 'put a 1\nstart 4\nreconfigure 4\nget a at 4');
    expect(session.spec.options.members).toBe(3);
    expect(session.spec.plan.faults).toMatchObject([
      { at: 0, fault: 'crash', node: 3 },
      { fault: 'reconfigure', members: [0, 1, 2, 3] },
    ]);
    expect(told.at(-1)).toBe('get a at 4 → 1');
  });

  it('come and go as members, and may be asked for twice', () => {
    const lines = 'nodes 5\nreconfigure -1\nreconfigure 1 -2\nreconfigure 1\nmembers 5 4';
    const { session } = performed('mp', lines);
    const asked = session.spec.plan.faults.map((fault) =>
      fault.fault === 'reconfigure' ? fault.members : [],
    );
    expect(asked).toEqual([
      [1, 2, 3, 4],
      [0, 2, 3, 4],
      [0, 2, 3, 4],
      [3, 4],
    ]);
  });
});

describe('links of a session', () => {
  it('are broken and mended one by one, or all at once', () => {
    const lines = 'break_link 1 2\nisolate 3\nmend_link 2 1\nheal\nget a';
    const { session, entries } = performed('vr', `${lines}\nget_links`);
    const { faults } = session.spec.plan;
    expect(faults).toMatchObject([
      { fault: 'partition', groups: [[0], [1]] },
      { fault: 'partition', groups: [[2], [0, 1]] },
    ]);
    expect(faults.map(({ lasts }) => lasts)).toEqual([2 * PAUSE, 2 * PAUSE]);
    const links = entries.at(-1);
    expect(links?.kind === 'links' && links.states.map(({ cutOffFrom }) => cutOffFrom)).toEqual([
      [],
      [],
      [],
    ]);
  });

  it('are listed as they are when the line is reached', () => {
    const { entries } = performed('vr', 'break_link 1 2\nget_links 1\nmend_link 1 2\nget_links 1');
    const cut = entries.flatMap((entry) => (entry.kind === 'links' ? [entry.states] : []));
    expect(cut.map((states) => states.map(({ cutOffFrom }) => cutOffFrom))).toEqual([
      [[{ node: 1 }]],
      [[]],
    ]);
  });
});

describe('the state of a session', () => {
  it('is what a server knows when the line is reached: its memory, and its disk', () => {
    const lines = 'put a 1\nstate 1\nput a 2\nkill 1\nstate 1';
    const { entries } = performed('vr', lines, { options: { durability: 'durable' } });
    const states = entries.flatMap((entry) => (entry.kind === 'state' ? entry.states : []));
    const [before, after] = states;
    expect(states.map(({ node, condition }) => [node, condition])).toEqual([
      [0, 'up'],
      [0, 'down'],
    ]);
    expect(before?.memory).toMatchObject({ opNumber: 1, app: { a: 1 } });
    expect(Object.values(before?.disk.logs ?? {})[0]?.entries).toHaveLength(1);
    expect(after?.memory).toBeUndefined();
    expect(Object.values(after?.disk.logs ?? {})[0]?.entries).toHaveLength(2);
  });
});

describe('whoever leads', () => {
  it('is another one once a leader was killed, and each comes back by its own name', () => {
    const lines = 'nodes 5\nkill leader\nwait 1s\nkill leader\nrestart leader\nrestart 1\nget a';
    const { result } = performed('mp', lines);
    expect(result.faults.map(({ status, node }) => [status, node])).toEqual([
      ['fired', 0],
      ['fired', expect.any(Number)],
    ]);
    const [, second] = result.faults;
    expect(second?.node).not.toBe(0);
    const [first, other] = result.spec.plan.faults;
    expect([first?.fault, other?.fault]).toEqual(['crash', 'crash']);
    // The second leader came back before the first one did.
    expect(endOf(other)).toBeLessThan(endOf(first));
    expect(result.verdict).toBe('passed');
  });

  it('is nobody yet right after that: a second kill strikes nothing, and the first holds', () => {
    const { entries, result } = performed('mp', 'kill leader\nkill leader\nrestart 1\nget a');
    const second = entries[1];
    expect(second).toMatchObject({ outcomes: [{ status: 'held-back', why: 'node-down' }] });
    expect(result.faults[0]).toMatchObject({ status: 'fired', node: 0 });
    expect(result.spec.plan.faults[0]).toMatchObject({ lasts: expect.any(Number) });
  });

  it('is resumed as the one that was paused as a leader last', () => {
    const { result } = performed(
      'mp',
      'pause leader\nwait 1s\npause leader\nresume leader\nresume 1',
    );
    expect(result.faults.map(({ status }) => status)).toEqual(['fired', 'fired']);
    const [first, other] = result.spec.plan.faults;
    expect(endOf(other)).toBeLessThan(endOf(first));
  });

  function endOf(fault: PlannedFault | undefined): number {
    return fault !== undefined && 'lasts' in fault && 'at' in fault
      ? (fault.at ?? 0) + (fault.lasts ?? 0)
      : Number.NaN;
  }
});

describe('what cannot be done is told with its place', () => {
  it.each([
    ['vr', 'kill s9', '1:6: there is no server s9; they are 1 to 3; for more, write nodes COUNT'],
    ['vr', 'nodes 1\nkill 2', '2:6: there is no server 2; the only one is 1; for more'],
    ['vr', 'kill s1\nkill s1', '2:6: s1 is down already: write restart s1 before'],
    ['vr', 'kill s1\npause s1', '2:7: s1 is down already'],
    ['vr', 'pause s1\npause s1', '2:7: s1 is paused already: write resume s1'],
    ['vr', 'resume s1', '1:8: s1 is not paused'],
    ['vr', 'kill s1\nresume s1', '2:8: s1 is not paused: it is down, write restart s1'],
    ['vr', 'restart s1', '1:9: s1 is up already: write kill s1 before'],
    ['vr', 'break_link 1 1', '1:14: a link has two ends: expected another server'],
    ['vr', 'break_link 1 2\nbreak_link 2 1', '2:12: the link is broken already: mend_link A B'],
    ['vr', 'break_link leader 2', '1:12: who leads may change: expected a server'],
    ['vr', 'mend_link 1 2', '1:1: no break_link above has broken this link'],
    ['vr', 'isolate 1\nmend_link 1 2', '2:1: no break_link above has broken this link: heal mends'],
    ['vr', 'heal', '1:1: there is nothing to heal: all links work'],
    ['vr', 'partition 1 | 2 1', '1:17: a server is in one group only'],
    ['vr', 'reconfigure 2', '1:1: the members of vr are the same for ever: it cannot do this'],
    ['vr', 'start 4', '1:7: vr has the same servers for ever: none can be added'],
    ['mp', 'start 4\nstart 4', '2:7: it is started twice'],
    ['mp', 'start 4\nreconfigure -4', '2:13: 4 is no member that could leave'],
    ['mp', 'members 1 1', '1:11: it is named twice'],
    ['mp', 'reconfigure -1 -2 -3', '1:1: nobody would be left as a member'],
    ['chain', 'members n0', '1:9: n0 cannot be a member'],
    ['chain2', '2 get a', '1:1: clients of chain2 cannot be told whom to ask first: leave 2 out'],
    ['vr', 'wait 20m', '1:1: this takes too long: a session lasts 600 s at most, and this line'],
    ['vr', 'get a\nwait 100h', '2:1: this takes too long: a session lasts 600 s at most'],
    ['mp', 'restart leader', '1:9: leader is up already: write kill leader before'],
    ['mp', 'kill leader\nkill 1', '2:6: 1 is down already: write restart 1 before'],
  ])('of %s: %j', (protocol, lines, refusal) => {
    expect(refusalOf(protocol, lines)).toContain(refusal);
  });
});

describe('the world of a session', () => {
  function worldOf(id: string, lines: string, settings = {}) {
    const wish = { scenario: scenarioNamed(id), isWhole: true, options: {}, settings };
    return sessionWorld(parseScript(lines), '0x7', wish).spec;
  }

  it('of a named scenario is that of the scenario, as far as nobody says otherwise', () => {
    const drawn = scenarioNamed('mp/lossy').draw('0x7', {});
    const { replicas, options, network } = worldOf('mp/lossy', 'get a');
    expect({ replicas, options, network }).toEqual({
      replicas: drawn.replicas,
      options: drawn.options,
      network: drawn.network,
    });
    expect(worldOf('vr/counter', 'get a').machine).toBe('kv');
    expect(worldOf('mp/lossy', 'nodes 5\nget a').replicas).toBe(5);
    expect(worldOf('mp/lossy', 'nodes 5\nget a', { replicas: 4 }).replicas).toBe(4);
    expect(worldOf('mp/lossy', 'get a', { options: { window: 3 } }).options.window).toBe(3);
  });
});
