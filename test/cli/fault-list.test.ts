/** `quorumlab list faults`: every kind that a plan may hold, and how it is written there. */
import { describe, expect, it } from 'vitest';
import { faultItems } from '../../cli/fault-list.ts';
import { FAULT_FIELDS } from '../../cli/fault-schema.ts';
import { protocols } from '../../protocols/index.ts';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import { FAULT_KINDS, faultKinds } from '../../sim/fault.ts';
import { KINDS } from '../sim/every-fault.ts';
import { temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

describe('the list of faults', () => {
  const items = faultItems();

  it('has every kind once, in its group', () => {
    const planned = items.filter(({ group }) => group !== 'rate' && group !== 'profile');
    expect(planned.map(({ id }) => id)).toEqual(faultKinds);
    for (const { id, group } of planned) {
      expect(group).toBe(Object.entries(FAULT_KINDS).find(([kind]) => kind === id)?.[1].group);
    }
  });

  it.each(faultKinds)('tells the fields of %s', (kind) => {
    const fields = FAULT_FIELDS.get(kind) ?? [];
    const needed = fields.filter((field) => !field.endsWith('?'));
    expect(['fault', ...needed].sort(byText)).toEqual(Object.keys(KINDS[kind].fault).sort(byText));
    expect(items.find(({ id }) => id === kind)?.fields).toEqual(fields);
  });

  it('tells which fields may be left out', () => {
    expect(FAULT_FIELDS.get('crash')).toEqual(['node', 'staysDown?']);
    expect(FAULT_FIELDS.get('version-change')).toEqual(['node', 'mutant?', 'options?']);
  });

  it('is printed under headings, in lines that fit, and says how a plan is written', async () => {
    const folder = temporaryFolder();
    const { code, stdout } = await quorumlab(folder.path, 'list', 'faults');
    folder.remove();
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    for (const kind of faultKinds) {
      const shown = lines.filter((line) => line.startsWith(`  ${kind} `));
      expect([kind, shown.length]).toEqual([kind, 1]);
    }
    const headings = lines.filter((line, index) => line !== '' && (lines[index - 1] ?? '') === '');
    expect(headings.slice(0, 3)).toEqual([
      'partitions: links that take nothing',
      'links: what they take comes late',
      'processes',
    ]);
    expect(stdout).toMatch(/^ {2}crash +a node loses its memory .* \{node, staysDown\?\}$/m);
    expect(stdout).toContain('{when: {mark, nth, after, node?}}');
    expect(stdout.replaceAll('\n', ' ')).toContain(
      'With {withinClaims: true} in the spec, what the protocol does not claim to survive is held',
    );
  });

  it('says truly which protocols can change their members', () => {
    const remarks = items.find(({ id }) => id === 'reconfigure')?.more ?? [];
    const able = protocols.filter(({ name }) => {
      const scenario = scenarios.find(({ id }) => id.startsWith(`${name}/`));
      if (scenario === undefined) throw new Error(`there is no scenario of ${name}`);
      const spec = scenario.draw('0x1', {});
      const members = [spec.replicas - 1];
      const faults = [{ at: 1_000, fault: 'reconfigure', members }] as const;
      const { faults: outcomes } = run({ ...spec, plan: { faults, operations: [] } });
      return outcomes[0]?.why !== 'nobody-to-ask';
    });
    const names = able.map(({ name }) => name);
    const listed = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    expect(remarks.join()).toBe(`of the protocols, ${listed} can change their members`);
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
