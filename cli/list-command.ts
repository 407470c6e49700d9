/** `quorumlab list`: what there is to run, to break and to judge by. */
import type { ModelName } from '../checker/index.ts';
import { mutants, protocols } from '../protocols/index.ts';
import { profiles, scenarios } from '../scenarios/catalogue/index.ts';
import { oracles } from '../scenarios/oracles/index.ts';
import type { FaultKind } from '../sim/plan.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { chosen, type Given } from './given.ts';
import { paint } from './paint.ts';
import { domainOf } from './selection.ts';

const KINDS = ['scenarios', 'protocols', 'faults', 'oracles', 'models', 'mutants'] as const;
type Kind = (typeof KINDS)[number];

/** One line of a list; `--json` prints all its fields. */
interface Item {
  readonly id: string;
  readonly about: string;
  /** Further lines, shown below it. */
  readonly more?: readonly string[];
}

export async function listCommand(given: Given): Promise<ExitCode> {
  const [word] = given.words('kind');
  const kinds = word === undefined ? KINDS : [chosen(word, KINDS, 'list')];
  const isJson = given.flag('json');
  if (isJson) {
    const lists = Object.fromEntries(kinds.map((kind) => [kind, itemsOf(kind)]));
    const printed = word === undefined ? lists : lists[kinds[0] ?? ''];
    process.stdout.write(`${JSON.stringify(printed)}\n`);
    return EXIT.passed;
  }
  const texts = kinds.map((kind) => {
    const items = table(itemsOf(kind));
    return word === undefined ? `${paint.strong(kind)}\n${items}` : items;
  });
  process.stdout.write(texts.join('\n'));
  return EXIT.passed;
}

function itemsOf(kind: Kind): readonly Item[] {
  switch (kind) {
    case 'scenarios':
      return scenarios.map(({ id, title, about, expects }) => ({
        id,
        about: `${title}: ${about}`,
        more: [`expects: ${expects}`],
      }));
    case 'protocols':
      return protocols.map(({ name, title, paper, optionSchema }) => ({
        id: name,
        about: `${title} (${paper})`,
        more: optionSchema.map((option) => {
          const preset = String(option.default);
          return `--set ${option.name}=${preset}  ${option.about}; ${domainOf(option)}`;
        }),
      }));
    case 'faults':
      return [
        ...Object.entries(FAULTS).map(([id, about]) => ({ id, about })),
        ...profiles.map(({ name, about }) => ({ id: `--faults ${name}`, about })),
      ];
    case 'oracles':
      return oracles.map(({ id, about }) => ({ id, about }));
    case 'models':
      return Object.entries(MODELS).map(([id, about]) => ({ id, about }));
    case 'mutants':
      return mutants.map(({ id, summary, difficulty }) => ({
        id,
        about: `${summary} (${difficulty})`,
      }));
    default:
      return kind satisfies never;
  }
}

/** The operations of each of the checker's models. */
const MODELS: { readonly [model in ModelName]: string } = {
  register: 'read, write',
  'cas-register': 'read, write, cas (value [old, new])',
  kv: 'get, put, delete, cas, append, slice on keys; an absent value is null',
  dictionary: 'as kv, but get of an absent key answers "", and append to one is refused',
  counter: 'add, read',
  list: 'append, read',
  set: 'add, remove, contains, read',
  queue: 'enqueue, dequeue (null when empty)',
  stack: 'push, pop (null when empty)',
  mutex: 'acquire, release',
  txn: 'txn on several registers at once: [["r", "x", null], ["w", "y", 2]]',
};

/** What a plan may hold, and what the network does to single messages. */
const FAULTS: { readonly [fault in FaultKind | Fate]: string } = {
  partition: 'nodes in different groups cannot talk to each other',
  'one-way': 'nothing gets from some nodes to others; the other way works',
  slow: 'what some nodes send to others takes longer; what is sent later may overtake it',
  crash: 'a replica loses its memory and what was not durable, and may restart later',
  pause: 'a node handles nothing for a while, as its clock goes on',
  'client-crash': 'a client dies with its open operation and comes back as a new one',
  drop: 'a message is lost',
  duplicate: 'a message arrives twice',
  reorder: 'a message is held back and overtaken',
  corrupt: 'a message arrives unreadable',
  'torn-write': 'a crash leaves the record being written half done',
  'clock-skew': 'a clock starts off, and runs fast or slow',
};

type Fate = 'drop' | 'duplicate' | 'reorder' | 'corrupt' | 'torn-write' | 'clock-skew';

function table(items: readonly Item[]): string {
  const width = Math.max(0, ...items.map((item) => item.id.length));
  const lines = items.flatMap(({ id, about, more = [] }) => [
    `  ${id.padEnd(width)}  ${about}`,
    ...more.map((line) => paint.dim(`  ${' '.repeat(width)}  ${line}`)),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}
