/** The command line: which commands there are, and what a wrong one is told. */
import type { Argv, Options } from 'yargs';
import yargs from 'yargs';
import { COMPLETIONS_FLAG, type Completable } from './completion.ts';
import { InputError } from './exit.ts';
import { STANDARD_INPUT } from './files.ts';
import { Given, type ParsedArguments, quoted } from './given.ts';
import { didYouMean } from './hints.ts';
import {
  CHECK,
  COMPARE,
  CORPUS_ADD,
  CORPUS_LS,
  CORPUS_PRUNE,
  CORPUS_VERIFY,
  DIFF,
  FUZZ,
  GLOBAL,
  LIST,
  REPLAY,
  REPORT,
  RUN,
  SHRINK,
} from './options.ts';
import { version } from './version.ts';

interface Command {
  /** One word, or two: a group, and what to do in it. */
  readonly name: string;
  /** Positional words, as yargs writes them, and what they are. */
  readonly takes: string;
  readonly takesAbout: string;
  /** What the second of them is, if there are two. */
  readonly alsoTakes?: string;
  readonly about: string;
  readonly options: { readonly [name: string]: Options };
  /** Command lines, without `quorumlab`, and what they do. */
  readonly examples?: readonly (readonly [string, string])[];
  /** Loads the command's code, which `--help` has no need of, and runs it; the exit code. */
  run(given: Given): Promise<number>;
}

const COMMANDS: readonly Command[] = [
  {
    name: 'run',
    takes: '<scenario..>',
    takesAbout: 'ids such as vr/chaos, or vr for all of a protocol; see list scenarios',
    about: 'run scenarios, one seed each',
    options: RUN,
    run: async (given) => (await import('./run-command.ts')).runCommand(given),
  },
  {
    name: 'fuzz',
    takes: '[scenario..]',
    takesAbout: 'ids such as vr/chaos, or vr for all of a protocol; all there are if none is given',
    about: 'run many seeds, in parallel',
    options: FUZZ,
    run: async (given) => (await import('./fuzz-command.ts')).fuzzCommand(given),
  },
  {
    name: 'replay',
    takes: '<target>',
    takesAbout: 'vr/chaos@0x5eed, a file, or a folder of saved failures',
    about: 'run scenario@seed, or a saved failure, run or spec file, again; or a whole folder',
    options: REPLAY,
    run: async (given) => (await import('./replay-command.ts')).replayCommand(given),
  },
  {
    name: 'shrink',
    takes: '<target>',
    takesAbout: 'vr/chaos@0x5eed, or a saved failure, run or spec file',
    about: 'make a failing run as small as it goes, show what is left, and save it',
    options: SHRINK,
    run: async (given) => (await import('./shrink-command.ts')).shrinkCommand(given),
  },
  {
    name: 'compare',
    takes: '<name..>',
    takesAbout: 'scenarios without their protocol, such as quorum-loss; see list scenarios',
    about: 'put several protocols into the same worlds, and measure them side by side',
    options: COMPARE,
    run: async (given) => (await import('./compare-command.ts')).compareCommand(given),
  },
  {
    name: 'diff',
    takes: '<target..>',
    takesAbout: 'two of vr/chaos@0x5eed or a file; one, with --a-… or --b-… options',
    about: 'find where two runs part',
    options: DIFF,
    run: async (given) => (await import('./diff-command.ts')).diffCommand(given),
  },
  {
    name: 'corpus ls',
    takes: '[folder..]',
    takesAbout: 'folders or files; corpus if none is given',
    about: 'list what is kept: signature, expectation, mutant, size, note',
    options: CORPUS_LS,
    run: async (given) => (await import('./corpus-list.ts')).corpusListCommand(given),
  },
  {
    name: 'corpus add',
    takes: '<target..>',
    takesAbout: 'saved failures, runs or specs, or vr/chaos@0x5eed',
    about: 'run it, and keep it with what it has shown',
    options: CORPUS_ADD,
    run: async (given) => (await import('./corpus-add.ts')).corpusAddCommand(given),
  },
  {
    name: 'corpus verify',
    takes: '[target..]',
    takesAbout: 'folders or files; corpus if none is given',
    about: 'run all, and say what no longer shows what it was kept for',
    options: CORPUS_VERIFY,
    run: async (given) => (await import('./corpus-verify.ts')).corpusVerifyCommand(given),
  },
  {
    name: 'corpus prune',
    takes: '[folder..]',
    takesAbout: 'folders or files; corpus if none is given',
    about: 'remove what says no more than what stays',
    options: CORPUS_PRUNE,
    run: async (given) => (await import('./corpus-prune.ts')).corpusPruneCommand(given),
  },
  {
    name: 'check',
    takes: '<file..>',
    takesAbout: "files, or patterns such as 'runs/**/*.edn'; - is standard input",
    about: 'judge recorded histories',
    options: CHECK,
    examples: [
      ['check history.edn', 'the format is found out'],
      ['check *.edn --html all.html', 'and a page about all'],
      ['check - --model queue -t 5m', 'standard input'],
    ],
    run: async (given) => (await import('./check-command.ts')).checkCommand(given),
  },
  {
    name: 'list',
    takes: '[kind] [protocol..]',
    takesAbout:
      'scenarios, protocols, strategies, faults, marks, oracles, models or mutants; ' +
      'all if none is given',
    alsoTakes: 'of scenarios, protocols, marks and mutants: those of these protocols alone',
    about: 'list what there is to run, to break and to judge by',
    options: LIST,
    run: async (given) => (await import('./list-command.ts')).listCommand(given),
  },
  {
    name: 'report',
    takes: '<blob..>',
    takesAbout: 'files of --reporter blob, or campaign.json',
    about: 'merge the parts of a campaign into html, junit, json',
    options: REPORT,
    run: async (given) => (await import('./report-command.ts')).reportCommand(given),
  },
  {
    name: 'completion',
    takes: '[shell]',
    takesAbout: 'bash or zsh; that of $SHELL if none is given',
    about: 'print a completion script for bash or zsh',
    options: {},
    run: async (given) => (await import('./completion.ts')).printScript(given),
  },
];

/** What the first of two words is about. */
const GROUPS: readonly { readonly name: string; readonly about: string }[] = [
  { name: 'corpus', about: 'keep failures, and see that they still show: ls, add, verify, prune' },
];

const COMPLETABLE: readonly Completable[] = COMMANDS.map(({ name, options }) => ({
  name,
  options: new Map(
    Object.entries(options).map(([option, { type }]) => [
      option,
      type !== 'boolean' && option !== 'expect-failure',
    ]),
  ),
}));

const EXIT_CODES = [
  'Exit codes: 0 all passed, or the expected failure was found · 1 a property was violated, or',
  'diff found a difference · 2 wrong usage or input · 3 only inconclusive · 4 a replay differs,',
  'or what is kept is stale or was edited · 5 --expect-failure found none · 70 internal error',
  '· 130, 143 interrupted, after a partial report was written',
].join(' ');

/** Parses `words` (without node and script) and runs the command; returns the exit code. */
export async function execute(words: readonly string[]): Promise<number> {
  if (words[0] === COMPLETIONS_FLAG) return complete(words.slice(2));
  assertKnownWords(words);
  let exitCode = 0;
  const parser = yargs(forYargs(words))
    .scriptName('quorumlab')
    .usage('quorumlab: a deterministic simulation testbed for replication protocols')
    .version('version', 'show the version', version())
    .help('help', 'show help')
    .alias('help', 'h')
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .parserConfiguration({
      'parse-positional-numbers': false,
      'greedy-arrays': false,
      'dot-notation': false,
      'camel-case-expansion': false,
      'boolean-negation': false,
    })
    .fail((message, error) => {
      if (error !== undefined && error !== null && error.name !== 'YError') throw error;
      throw new InputError(inOurWords(message ?? error.message, words));
    })
    .epilog(EXIT_CODES);
  const register = (where: Argv, command: Command): void => {
    const [action] = command.name.split(' ').slice(-1);
    where.command(
      `${action} ${command.takes}`,
      command.about,
      (builder: Argv) => {
        for (const [line, about] of command.examples ?? []) builder.example(`$0 ${line}`, about);
        return describePositional(builder, command).options(command.options);
      },
      async (parsed: ParsedArguments) => {
        exitCode = await command.run(new Given(parsed));
      },
    );
  };
  for (const command of COMMANDS) {
    const group = GROUPS.find(({ name }) => command.name.startsWith(`${name} `));
    if (group === undefined) register(parser, command);
    else if (commandsOf(group.name)[0] === command) {
      parser.command(group.name, group.about, (builder: Argv) => {
        for (const each of commandsOf(group.name)) register(builder, each);
        return builder.demandCommand(1);
      });
    }
  }
  await parser.parseAsync();
  return exitCode;
}

function commandsOf(group: string): readonly Command[] {
  return COMMANDS.filter(({ name }) => name.startsWith(`${group} `));
}

function describePositional(builder: Argv, command: Command): Argv {
  const [name, second] = command.takes.match(/\w+/g) ?? [];
  if (name === undefined) return builder;
  const describe = command.takesAbout;
  // An empty list is what yargs would show.
  const all = command.name === 'completion' ? '$SHELL' : 'all';
  const defaultDescription = command.takes.startsWith('[') ? all : 'none';
  const described = builder.positional(name, { type: 'string', describe, defaultDescription });
  if (second === undefined) return described;
  const more = { type: 'string', describe: command.alsoTakes ?? '', defaultDescription } as const;
  return described.positional(second, more);
}

/** yargs names an unknown flag in both spellings and an unknown command not at all: we do. */
function assertKnownWords(words: readonly string[]): void {
  const [first, second] = words;
  const names = [...new Set(COMMANDS.map(({ name }) => name.split(' ')[0] ?? ''))];
  if (first === undefined) {
    throw new InputError(`a command is needed: ${names.join(', ')}; see quorumlab --help`);
  }
  if (['--help', '-h', '--version'].includes(first)) return;
  assertCommandWord(first, names, '');
  const actions = commandsOf(first).map(({ name }) => name.slice(first.length + 1));
  if (actions.length > 0) {
    if (second === undefined) {
      throw new InputError(`${first} needs to know what to do: ${actions.join(', ')}`);
    }
    if (['--help', '-h'].includes(second)) return;
    assertCommandWord(second, actions, `${first} `);
  }
  const command = commandOf(words);
  const known = [...Object.keys(command?.options ?? {}), ...GLOBAL];
  for (const word of words.slice(1)) {
    if (word === '--') break;
    const flag = /^--([^=]+)/.exec(word)?.[1];
    if (flag === undefined || known.includes(flag)) continue;
    const hint = didYouMean(flag, known, '--') || ofThatKind(flag, command);
    throw new InputError(`${command?.name} has no flag --${flag}${hint}`);
  }
}

/** ` (did you mean --dir?)` for `--corpus`, where that alone is said to be about a corpus. */
function ofThatKind(flag: string, command: Command | undefined): string {
  const isAbout = (text: string): boolean => text.split(/[^a-z0-9]+/i).includes(flag);
  const options = Object.entries(command?.options ?? {}).filter(([, { describe }]) =>
    isAbout(String(describe ?? '')),
  );
  const [option, ...others] = options;
  if (option !== undefined && others.length === 0) return ` (did you mean --${option[0]}?)`;
  return command !== undefined && isAbout(command.takesAbout)
    ? `: it takes ${takenBy(command)}`
    : '';
}

/** `[shell]: bash or zsh; that of $SHELL if none is given`. */
function takenBy({ takes, takesAbout }: Command): string {
  return `${takes}: ${takesAbout}`;
}

function assertCommandWord(word: string, known: readonly string[], before: string): void {
  if (known.includes(word)) return;
  if (word.startsWith('-')) {
    const help = `quorumlab ${before}--help`;
    throw new InputError(`${quoted(word)} stands where a command is expected: ${help}`);
  }
  const hint = didYouMean(word, known) || (before === '' ? '' : `: there are ${known.join(', ')}`);
  throw new InputError(`there is no command ${quoted(before + word)}${hint}`);
}

/** The command that the words begin with. */
function commandOf(words: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => {
    return name.split(' ').every((part, at) => words[at] === part);
  });
}

/**
 * Words as yargs understands them rightly. `--expect-failure` takes a value only after `=`: a
 * scenario that follows is not its value. A lone `-`, and what follows `--`, would be dropped.
 */
function forYargs(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  const after = end < 0 ? [] : words.slice(end + 1);
  const rewritten: string[] = [];
  for (const word of before) {
    const last = rewritten.at(-1);
    if (word === '-' && takesValue(words, last)) {
      rewritten.splice(-1, 1, `${last}=-`);
    } else if (word === '-') rewritten.push(STANDARD_INPUT);
    else rewritten.push(word === '--expect-failure' ? '--expect-failure=' : word);
  }
  return [...rewritten, ...after.map((word) => (word.startsWith('-') ? `./${word}` : word))];
}

/** Whether a word is an option of the command whose value is the next word. */
function takesValue(words: readonly string[], word: string | undefined): boolean {
  const command = COMPLETABLE.find(({ name }) => name === commandOf(words)?.name);
  return word?.startsWith('--') === true && command?.options.get(word.slice(2)) === true;
}

/** Prints how the last of `words` may go on, for the shell. */
async function complete(words: readonly string[]): Promise<number> {
  const { completionsOf } = await import('./completion.ts');
  const found = await completionsOf(words, COMPLETABLE);
  process.stdout.write(found.map((word) => `${word}\n`).join(''));
  return 0;
}

/** yargs speaks of "non-option arguments", and of an unknown one does not say what is known. */
function inOurWords(message: string, words: readonly string[]): string {
  const missing = /^Not enough non-option arguments/.test(message);
  if (missing) {
    const lacking = commandOf(words);
    if (lacking !== undefined) return `${lacking.name} needs ${takenBy(lacking)}`;
    return 'something is missing after the command; see quorumlab COMMAND --help';
  }
  const flag = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (flag !== undefined) return `${flag.length > 1 ? '--' : '-'}${flag} needs a value`;
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(', ') ?? [];
  const command = commandOf(words);
  if (unknown.length > 0 && command !== undefined) {
    const named = unknown.map((word) => (words.includes(word) ? quoted(word) : `-${word}`));
    return `${command.name} has no use for ${named.join(', ')}: it takes ${takenBy(command)}`;
  }
  return message.charAt(0).toLowerCase() + message.slice(1);
}
