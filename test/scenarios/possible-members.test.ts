/** Operators who ask for members that cannot be: what is refused, drawn, claimed and told. */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { drawPlan } from '../../scenarios/draw-plan.ts';
import { checkPlan } from '../../scenarios/plan-fit.ts';
import { possibleMembers, withPossibleMembers } from '../../scenarios/possible-members.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult, RunSpec } from '../../scenarios/spec.ts';
import type { FaultNode, ReconfigureFault } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';

/** Of a chain: two masters, two servers, two clients. Of the others: four replicas. */
const MASTERS = 2;
const REPLICAS = 4;
const CLIENT = REPLICAS;

function calm(protocol: string): RunSpec {
  const [scenario] = findScenarios(`${protocol}/calm`);
  if (scenario === undefined) throw new Error(`there is no ${protocol}/calm`);
  const options = protocol === 'chain' ? { masters: MASTERS, readMode: 'confirm' } : {};
  return scenario.draw('0x5', { replicas: REPLICAS, clients: 2, operations: 12, options });
}

function askedFor(protocol: string, ...members: FaultNode[]): RunSpec {
  return withFaults(calm(protocol), [{ at: 30_000, fault: 'reconfigure', members }]);
}

function withFaults(spec: RunSpec, faults: readonly PlannedFault[]): RunSpec {
  const { operations } = drawPlan(spec, assemble(spec).protocol);
  return { ...spec, withinClaims: false, plan: { faults, operations } };
}

function endedWith(protocol: string, faults: readonly PlannedFault[]): RunResult['ended'] {
  return run(withFaults(calm(protocol), faults)).ended;
}

describe('an operator who asks for members', () => {
  it.each(['vr', 'mp', 'chain'])('of %s names no client', (protocol) => {
    expect(() => run(askedFor(protocol, 3, CLIENT))).toThrow(
      'plan.faults[0].members[1]: node 4 is a client; expected replicas: they are 0 to 3',
    );
  });

  it.each(['vr', 'mp', 'chain'])('of %s names somebody who is there', (protocol) => {
    expect(() => run(askedFor(protocol))).toThrow('members: expected at least one node');
    expect(() => run(askedFor(protocol, 9))).toThrow('members: there is no node 9; ');
  });

  it('names a server, if it is about a chain', () => {
    expect(() => run(askedFor('chain', 1, 0))).toThrow(
      'plan.faults[0].members[0]: node 1 is a master, no member of chain; expected one of 2, 3',
    );
    expect(() => run(askedFor('chain', 3, 0))).toThrow(
      'plan.faults[0].members[1]: node 0 is a master, no member of chain; expected one of 2, 3',
    );
    expect(() => run(askedFor('chain', 3, 2))).not.toThrow();
    expect(() => run(askedFor('mp', 1, 0))).not.toThrow();
  });

  it('strikes nothing by a name that turns out to be that of a master', () => {
    const when = { mark: 'master-leader-elected', nth: 1, after: 0 };
    const { faults, marks } = run(
      withFaults(calm('chain'), [{ when, fault: 'reconfigure', members: ['it'] }]),
    );
    expect(faults).toMatchObject([{ status: 'held-back', why: 'no-member' }]);
    expect(marks['reconfiguration-requested']).toBe(0);
  });
});

describe('a drawn fault', () => {
  it('of a chain asks for some server, whatever options a user wants', () => {
    const asked: ReconfigureFault[] = [];
    for (const id of ['chain/swarm', 'chain/uniform']) {
      const [scenario] = findScenarios(id);
      for (let seed = 1; seed <= 40; seed++) {
        const spec = scenario!.draw(`0x${seed}`, { replicas: 6, options: { masters: 5 } });
        const plan = spec.plan ?? drawPlan(spec, assemble(spec).protocol);
        checkPlan(plan, spec);
        for (const fault of plan.faults) if (fault.fault === 'reconfigure') asked.push(fault);
      }
    }
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.every(({ members }) => `${members}` === '5')).toBe(true);
  });

  it('asks for those that can be members, or for as many others if none can', () => {
    const possible = possibleMembers(
      assemble(calm('chain')).protocol,
      { masters: MASTERS },
      REPLICAS,
    );
    const asking = (...members: number[]): ReconfigureFault => ({ fault: 'reconfigure', members });
    expect(possible).toEqual([2, 3]);
    expect(withPossibleMembers(asking(1, 0), possible)).toEqual(asking(3, 2));
    expect(withPossibleMembers(asking(1, 2, 0), possible)).toEqual(asking(2));
    expect(withPossibleMembers(asking(3, 2), possible)).toEqual(asking(3, 2));
  });
});

describe('progress after faults have stopped', () => {
  const asking = (at: number, ...members: number[]): PlannedFault => ({
    at,
    fault: 'reconfigure',
    members,
  });

  it('is owed in a chain whose operator has asked for a server that is there', () => {
    expect(endedWith('chain', [asking(30_000, 3)])).not.toHaveProperty('isOwedNothing');
  });

  it('is owed to nobody where operators have asked for chains apart, and it says so', () => {
    expect(endedWith('chain', [asking(30_000, 2), asking(30_000, 3)])).toMatchObject({
      isOwedNothing: true,
      whyOwedNothing:
        'no server that was up and linked is in all the chains that operators had asked for: ' +
        'n2, n3',
    });
  });

  it('is owed to nobody where members that were asked for stay down, and it says so', () => {
    const down: PlannedFault = { at: 20_000, fault: 'crash', node: 3, staysDown: true };
    expect(endedWith('mp', [down])).not.toHaveProperty('isOwedNothing');
    const healAt = 50_000;
    const asked = (at: number): string | undefined => {
      const spec = withFaults(calm('mp'), [down, asking(at, 3)]);
      return run({ ...spec, ending: { kind: 'quiet', healAt } }).ended.whyOwedNothing;
    };
    expect(asked(healAt - 1)).toBe(
      'an operator had asked for the members n3: too few were up and linked',
    );
    expect(asked(25_000)).toBe('too few of the members n3 were up and linked');
  });

  it('is owed to nobody where too few are up, and it says so', () => {
    const down = [1, 2, 3].map(
      (node): PlannedFault => ({ at: 20_000, fault: 'crash', node, staysDown: true }),
    );
    expect(endedWith('vr', down).whyOwedNothing).toBe('too few replicas were up and linked');
    expect(endedWith('mp', down).whyOwedNothing).toBe(
      'too few of the members n0 n1 n2 n3 were up and linked',
    );
    expect(endedWith('chain', down).whyOwedNothing).toBe(
      'among the masters, too few of the members n0 n1 were up and linked',
    );
  });
});
