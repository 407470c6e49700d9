import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableJson } from '../../cli/readable-json.ts';

describe('readable JSON', () => {
  it('says the same as any other', () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: false }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(readableJson(value))).toEqual(plain);
      }),
    );
  });

  it('keeps on one line what fits there, and gives every member of the rest its own', () => {
    const operation = { at: 12, client: 0, operation: { f: 'put', key: 'k0', value: [1, null] } };
    const plan = { faults: [], operations: [operation, operation] };
    expect(readableJson({ plan, note: 'a'.repeat(100) })).toBe(
      [
        '{',
        '  "plan": {',
        '    "faults": [],',
        '    "operations": [',
        ...[',', ''].map(
          (end) =>
            `      { "at": 12, "client": 0, "operation": ` +
            `{ "f": "put", "key": "k0", "value": [1, null] } }${end}`,
        ),
        '    ]',
        '  },',
        `  "note": "${'a'.repeat(100)}"`,
        '}',
        '',
      ].join('\n'),
    );
  });

  it('has no line of more than 100 characters where one could be broken', () => {
    for (let length = 60; length < 110; length++) {
      const lines = readableJson({ list: ['b'.repeat(length), 1], last: true }).split('\n');
      const broken = lines.filter((line) => line.includes('['));
      for (const line of broken) expect(line.length).toBeLessThanOrEqual(100);
      expect(broken[0]?.endsWith('['), `${length}`).toBe(length > 82);
    }
  });
});
