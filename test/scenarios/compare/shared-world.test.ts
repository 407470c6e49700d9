/** Contenders meet the same worlds, whoever they are and however many replicas they need. */
import { describe, expect, test } from 'vitest';
import { protocols } from '../../../protocols/index.ts';
import { scenarios } from '../../../scenarios/catalogue/index.ts';
import type { Contender } from '../../../scenarios/compare/contender.ts';
import { placedFaults } from '../../../scenarios/compare/placed-faults.ts';
import type { ComparisonRequest } from '../../../scenarios/compare/request.ts';
import { placedSeed } from '../../../scenarios/compare/run-seed.ts';
import { referenceOf } from '../../../scenarios/compare/shared-world.ts';
import { checkPlan } from '../../../scenarios/plan-fit.ts';
import { possibleMembers } from '../../../scenarios/possible-members.ts';
import { run } from '../../../scenarios/run.ts';
import type { RunSpec } from '../../../scenarios/spec.ts';

const plain = (protocol: string): Contender => ({ label: protocol, protocol, options: {} });
const ENGINE = { run, scenarios };
const CASES = ['quorum-loss', 'constrained-election', 'chained'];

function specsOf(name: string, contenders: readonly Contender[], index = 0): readonly RunSpec[] {
  const request: ComparisonRequest = { names: [name], contenders, baseSeed: '0x1', settings: {} };
  return placedSeed(ENGINE, request, name, index).specs;
}

/** All that a world is, but for whom it is run by. */
function worldOf({ scenario: _s, protocol: _p, options: _o, ...world }: RunSpec): object {
  return world;
}

describe('a world', () => {
  test.each(['calm', 'chaos', 'clocks', 'disks', ...CASES])(
    'of %s is the same for protocols all of whose replicas are servers',
    (name) => {
      for (const index of [0, 1, 2, 3]) {
        const [vr, mp] = specsOf(name, [plain('vr'), plain('mp')], index);
        expect(worldOf(mp!)).toEqual(worldOf(vr!));
        expect(mp?.protocol).toBe('mp');
      }
    },
  );

  test('does not depend on who takes part, nor in which order', () => {
    const [, alone] = specsOf('chaos', [plain('chain'), plain('mp')], 3);
    const [together] = specsOf('chaos', [plain('mp'), plain('vr')], 3);
    expect(alone).toEqual(together);
  });

  test('has no fault that waits for a mark, or is about the members of one protocol', () => {
    for (let index = 0; index < 20; index++) {
      const [spec] = specsOf('chaos', [plain('vr')], index);
      const faults = spec?.plan?.faults ?? [];
      expect(faults.filter(({ when }) => when !== undefined)).toEqual([]);
      const kinds = faults.map(({ fault }) => fault);
      expect(kinds).not.toContain('reconfigure');
      expect(kinds).not.toContain('version-change');
    }
  });

  test('leaves options at their defaults, but for what the contender and the scenario say', () => {
    const lease = { label: 'mp:…', protocol: 'mp', options: { readMode: 'lease' } };
    const [mp, leased] = specsOf('quorum-loss', [plain('mp'), lease]);
    const schema = protocols.find(({ name }) => name === 'mp')?.optionSchema ?? [];
    const defaults = Object.fromEntries(schema.map((option) => [option.name, option.default]));
    expect(mp?.options).toEqual({ ...defaults, clientRetry: 10_000 });
    expect(leased?.options).toEqual({ ...mp?.options, readMode: 'lease' });
  });

  test('keeps clocks within what a contender can bear, and as they are for the others', () => {
    const lease = { label: 'mp:…', protocol: 'mp', options: { driftBound: 10, readMode: 'lease' } };
    const drifts = [0, 1, 2, 3].map((index) =>
      specsOf('clocks', [plain('vr'), lease], index).map(({ clock }) => clock.drift),
    );
    expect(drifts.every(([, leased = 0]) => leased <= 10)).toBe(true);
    expect(drifts.some(([vr = 0]) => vr > 10)).toBe(true);
  });
});

describe('a contender with replicas that are no servers', () => {
  test.each(CASES)('meets in %s the world of the others, at the places of its servers', (name) => {
    const [vr, chain] = specsOf(name, [plain('vr'), plain('chain')]);
    const protocol = protocols.find((each) => each.name === 'chain')!;
    const servers = possibleMembers(protocol, chain!.options, chain!.replicas);
    expect(servers).toHaveLength(vr!.replicas);
    const places = { servers, replicas: chain!.replicas };
    expect(chain?.plan?.faults).toEqual(placedFaults(vr!.plan!.faults, places));
    expect(chain?.plan?.operations).toEqual(vr?.plan?.operations);
    expect(chain?.network).toEqual(vr?.network);
    expect(chain?.ending).toEqual(vr?.ending);
  });

  test('has its servers named by all faults, its clients behind them, and nobody else', () => {
    const places = { servers: [3, 4, 5], replicas: 6 };
    const placed = placedFaults(
      [
        { at: 1, fault: 'crash', node: 0, lasts: 5 },
        {
          at: 2,
          fault: 'partition',
          groups: [
            [0, 3],
            ['leader', 1, 2],
          ],
        },
        { when: { mark: 'm', node: 2, nth: 1, after: 0 }, fault: 'pause', node: 'it' },
        { at: 3, fault: 'client-crash', client: 0 },
      ],
      places,
    );
    expect(placed).toEqual([
      { at: 1, fault: 'crash', node: 3, lasts: 5 },
      {
        at: 2,
        fault: 'partition',
        groups: [
          [3, 6],
          ['leader', 4, 5],
        ],
      },
      { when: { mark: 'm', node: 5, nth: 1, after: 0 }, fault: 'pause', node: 'it' },
      { at: 3, fault: 'client-crash', client: 0 },
    ]);
  });

  test.each(['swarm', 'uniform', 'partitions', 'chaos'])(
    'meets no fault in %s that would be refused',
    (name) => {
      for (let index = 0; index < 30; index++) {
        const [spec] = specsOf(name, [plain('chain')], index);
        expect(() => checkPlan(spec!.plan!, spec!)).not.toThrow();
      }
    },
  );

  test('with a constrained election that ends early, or whose hub leads, meets less of it', () => {
    const places = { servers: [3, 4, 5, 6], replicas: 7 };
    const constrained = { at: 1, fault: 'constrained-election', lag: 5 } as const;
    const kinds = (node: number, leader: number, lasts: number): readonly string[] =>
      placedFaults([{ ...constrained, node, leader, lasts }], places).map(({ fault }) => fault);
    expect(kinds(1, 0, 4)).toEqual(['one-way']);
    expect(kinds(1, 1, 9)).toEqual(['bridge']);
    expect(kinds(1, 0, 9)).toEqual(['one-way', 'partition', 'bridge']);
    const [, alone] = placedFaults([{ ...constrained, node: 1, leader: 0, lasts: 9 }], places);
    expect(alone).toMatchObject({ groups: [[3], [4, 5, 6]], lasts: 4 });
  });

  test('meets nothing of what would cut no link among so few servers', () => {
    const places = { servers: [1, 2], replicas: 3 };
    expect(placedFaults([{ at: 1, fault: 'quorum-loss', node: 0 }], places)).toEqual([]);
  });

  test('is spared by what is about all servers', () => {
    const places = { servers: [3, 4, 5, 6], replicas: 7 };
    const each = [[3], [5], [6]];
    expect(placedFaults([{ at: 1, fault: 'quorum-loss', node: 1, lasts: 9 }], places)).toEqual([
      { at: 1, fault: 'bridge', node: 4, groups: each, lasts: 9 },
    ]);
    const constrained = { fault: 'constrained-election', node: 1, leader: 'leader' } as const;
    expect(placedFaults([{ at: 1, ...constrained, lag: 3, lasts: 9 }], places)).toEqual([
      { at: 1, fault: 'one-way', from: ['leader'], to: [4], lasts: 3 },
      { at: 4, fault: 'partition', groups: [['leader'], [3, 4, 5, 6]], lasts: 6 },
      { at: 4, fault: 'bridge', node: 4, groups: each, lasts: 6 },
    ]);
  });
});

describe('the world of a name', () => {
  test('is that of the first protocol all of whose replicas are servers', () => {
    expect(referenceOf('chaos', scenarios).protocol).toBe('vr');
    expect(referenceOf('leader-killed', scenarios).protocol).toBe('mp');
    expect(referenceOf('master-minority', scenarios).protocol).toBe('chain');
  });

  test('that nobody has is refused', () => {
    expect(() => referenceOf('calmness', scenarios)).toThrow('no protocol has a scenario');
  });

  test('cannot be met by who has no such scenario, or no room in it', () => {
    expect(() => specsOf('leader-killed', [plain('chain')])).toThrow(
      'chain has no scenario "leader-killed"',
    );
    const quorum = { label: 'mp:…', protocol: 'mp', options: { phase2Quorum: 9 } };
    expect(() => specsOf('quorum-loss', [quorum])).toThrow('option phase2Quorum = 9');
  });
});
