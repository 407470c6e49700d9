/**
 * A worker whose runs misbehave as the base seed says: `hang-5` never comes back from index 5,
 * `memory-7` eats all memory there, `exit-3` takes the thread down. All other runs pass.
 */
export default function work({ campaign, job, cells }) {
  const [kind, at] = campaign.baseSeed.split('-');
  const { from, to } = job;
  for (let index = from; index < to; index++) {
    Atomics.store(cells, 1, index - from);
    Atomics.add(cells, 0, 1);
    if (index === Number(at)) misbehave(kind);
    if (Atomics.load(cells, 2) !== 0) return answer(from, index + 1);
  }
  return answer(from, to);
}

function misbehave(kind) {
  switch (kind) {
    case 'hang':
      for (;;);
    case 'memory': {
      const eaten = [];
      for (;;) eaten.push(new Array(1000).fill(eaten.length));
    }
    case 'exit':
      process.exit(3);
  }
}

function answer(from, to) {
  const seeds = to - from;
  const nothing = { failed: 0, inconclusive: 0, events: 0, messages: 0, operations: 0 };
  const batch = {
    from,
    to,
    totals: { seeds, passed: seeds, ...nothing },
    byScenario: [{ scenario: 'vr/calm', seeds, passed: seeds, failed: 0, inconclusive: 0 }],
    marks: {},
    faults: {},
    grid: [{ verdict: 'p', count: seeds }],
    groups: [],
    largest: [],
    inconclusive: [],
  };
  return { kind: 'batch', batch, elapsedMs: 1 };
}
