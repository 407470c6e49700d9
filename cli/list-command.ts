/** `quorumlab list`: what there is to run, to break and to judge by. */
import type { ModelName } from '../checker/index.ts';
import { mutants, protocols } from '../protocols/index.ts';
import { wrapped } from '../reports/lines.ts';
import { formatCount } from '../reports/words.ts';
import { DETERMINISM } from '../scenarios/campaign-run.ts';
import { scenarios } from '../scenarios/catalogue/index.ts';
import { SAFE } from '../scenarios/catalogue/scenario.ts';
import { oracles } from '../scenarios/oracles/index.ts';
import { strategies } from '../scenarios/strategies.ts';
import type { OptionSchema, Protocol } from '../sim/contract.ts';
import { EXIT, type ExitCode, InputError } from './exit.ts';
import { faultItems, IN_A_PLAN, type Item, TITLES } from './fault-list.ts';
import { chosen, type Given, quoted } from './given.ts';
import { didYouMean } from './hints.ts';
import { paint } from './paint.ts';

/** Judged over two runs, so it sits beside the oracles of one. */
const DETERMINISM_ITEM = {
  id: DETERMINISM,
  about: 'the same spec run twice gives the same trace: 1 fuzz seed in 64, all with --determinism',
};

export const KINDS = [
  'scenarios',
  'protocols',
  'strategies',
  'faults',
  'marks',
  'oracles',
  'models',
  'mutants',
] as const;
type Kind = (typeof KINDS)[number];

/** What protocols have of their own. */
const OF_PROTOCOLS = ['scenarios', 'protocols', 'marks', 'mutants'] as const satisfies Kind[];

export async function listCommand(given: Given): Promise<ExitCode> {
  const [word] = given.words('kind');
  const kinds = word === undefined ? KINDS : [kindNamed(word)];
  const selected = protocolsNamed(given.words('protocol'), word);
  const itemsOf = (kind: Kind): readonly Item[] => itemsAbout(kind, selected);
  const isJson = given.flag('json');
  if (isJson) {
    const lists = Object.fromEntries(kinds.map((kind) => [kind, itemsOf(kind)]));
    const printed = word === undefined ? lists : lists[kinds[0] ?? ''];
    process.stdout.write(`${JSON.stringify(printed)}\n`);
    return EXIT.passed;
  }
  const texts = kinds.map((kind) => {
    if (word === undefined) return `${paint.strong(kind)}\n${table(itemsOf(kind))}`;
    return kind === 'faults' ? groupedFaults() : table(itemsOf(kind));
  });
  process.stdout.write(texts.join('\n'));
  return EXIT.passed;
}

function kindNamed(word: string): Kind {
  if (!protocols.some(({ name }) => name === word)) return chosen(word, KINDS, 'list');
  throw new InputError(`list needs to know what of ${word}: list scenarios ${word}, say`);
}

/** Those that are named, or all of them; throws for a kind that is the same for all. */
function protocolsNamed(words: readonly string[], kind = ''): readonly Protocol[] {
  if (words.length === 0) return protocols;
  const ofProtocols: readonly string[] = OF_PROTOCOLS;
  if (!ofProtocols.includes(kind)) {
    const which = `${OF_PROTOCOLS.slice(0, -1).join(', ')} and ${OF_PROTOCOLS.at(-1)}`;
    const named = words.map(quoted).join(', ');
    throw new InputError(
      `list ${kind} has no use for ${named}: only of ${which} there are some of one protocol`,
    );
  }
  const known = protocols.map(({ name }) => name);
  const wrong = words.find((word) => !known.includes(word));
  if (wrong === undefined) return protocols.filter(({ name }) => words.includes(name));
  const hint = didYouMean(wrong, known) || `: there are ${known.join(', ')}`;
  throw new InputError(`there is no protocol ${quoted(wrong)}${hint}`);
}

/** As far as they are about one of these protocols, or about all there are. */
function itemsAbout(kind: Kind, selected: readonly Protocol[]): readonly Item[] {
  const isAbout = (protocol: string): boolean => selected.some(({ name }) => name === protocol);
  switch (kind) {
    case 'scenarios':
      return scenarios
        .filter(({ protocol }) => isAbout(protocol))
        .map(({ id, title, about, expects }) => ({
          id,
          about: title,
          more: [about, ...(expects === SAFE ? [] : [`expects: ${expects}`])],
        }));
    case 'protocols':
      return selected.map(({ name, title, paper, optionSchema }) => ({
        id: name,
        about: title,
        more: [
          `paper: ${paper}`,
          ...(optionSchema.length === 0 ? [] : ['options with their defaults, times in µs:']),
          ...optionSchema.map(optionInWords),
        ],
      }));
    case 'strategies':
      return strategies.map(({ name, about }) => ({ id: name, about }));
    case 'faults':
      return faultItems();
    case 'marks':
      return selected.flatMap(({ name, marks }) =>
        Object.entries(marks).map(([id, about]) => ({ id, about: `${name}: ${about}` })),
      );
    case 'oracles':
      return [...oracles.map(({ id, about }) => ({ id, about })), DETERMINISM_ITEM];
    case 'models':
      return Object.entries(MODELS).map(([id, about]) => ({ id, about }));
    case 'mutants':
      return mutants
        .filter(({ protocol }) => protocol === undefined || isAbout(protocol))
        .map(({ id, summary, difficulty, protocol = 'all' }) => ({
          id,
          about: `${protocol}: ${summary} (${difficulty})`,
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
  etcd: 'range, txn, leaseGrant, leaseRevoke, compact, defragment, with revisions',
};

function optionInWords(option: OptionSchema): string {
  const { name, about } = option;
  const set = `--set ${name}=${option.default}  ${about}`;
  switch (option.type) {
    case 'integer':
      return `${set} (${formatCount(option.min)} to ${formatCount(option.max)})`;
    case 'boolean':
      return `${set} (true or false)`;
    case 'choice':
      return `${set} (${option.choices.join(', ')})`;
    default:
      return option satisfies never;
  }
}

/** Faults under the headings of their groups, with their fields, and how they stand in a plan. */
function groupedFaults(): string {
  const items = faultItems();
  const margin = marginOf(items);
  const parts = [...new Set(items.map(({ group }) => group))].map((group) => {
    const members = items
      .filter((item) => item.group === group)
      .map(({ about, fields, ...item }) => ({
        ...item,
        about: fields.length === 0 ? about : `${about} {${fields.join(', ')}}`,
      }));
    return `${paint.strong(TITLES[group])}\n${table(members, margin)}`;
  });
  const note = wrapped(IN_A_PLAN, widthOfLines()).join('\n');
  return [...parts, `${note}\n`].join('\n');
}

/** As wide as lines get where the terminal does not say; also the most that reads well. */
const WIDTH_MAX = 100;

function widthOfLines(): number {
  return Math.min(WIDTH_MAX, process.stdout.columns ?? WIDTH_MAX);
}

/** Where an item's words go on. */
const HANGING = '  ';

function marginOf(items: readonly Item[]): number {
  return 4 + Math.max(0, ...items.map((item) => item.id.length));
}

function table(items: readonly Item[], margin = marginOf(items)): string {
  const width = widthOfLines() - margin;
  const lines = items.flatMap(({ id, about, more = [] }) => {
    const [first = '', ...rest] = wrapped(about, width, HANGING);
    const below = [...rest, ...more.flatMap((line) => wrapped(line, width, HANGING))];
    return [
      `  ${id}`.padEnd(margin) + first,
      ...below.map((line) => ' '.repeat(margin) + paint.dim(line)),
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}
