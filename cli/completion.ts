/** Completion in the shell: the script to install, and the words that it asks for. */
import { InputError } from './exit.ts';
import { type Given, quoted } from './given.ts';
import { REPORTERS, SWITCH } from './options.ts';

/** What the installed scripts ask with; scripts of earlier versions do too. */
export const COMPLETIONS_FLAG = '--get-yargs-completions';

/** What of a command can be completed. */
export interface Completable {
  readonly name: string;
  /** Names of its options, and whether the next word is the option's value. */
  readonly options: ReadonlyMap<string, boolean>;
}

const SHELLS = ['bash', 'zsh'] as const;

const BASH = `# quorumlab completion for bash: quorumlab completion bash >> ~/.bashrc
_quorumlab_complete() {
  local found
  found=$(quorumlab ${COMPLETIONS_FLAG} "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  local IFS=$'\\n'
  COMPREPLY=($found)
}
complete -o bashdefault -o default -F _quorumlab_complete quorumlab
`;

const ZSH = `#compdef quorumlab
# quorumlab completion for zsh: quorumlab completion zsh >> ~/.zshrc
_quorumlab_complete() {
  local -a found
  found=(\${(f)"$(quorumlab ${COMPLETIONS_FLAG} "\${(@)words[1,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -a found; else _default; fi
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then
  _quorumlab_complete "$@"
else
  compdef _quorumlab_complete quorumlab
fi
`;

/** `quorumlab completion`: prints the script. */
export function printScript(given: Given): 0 {
  const shell = given.words('shell')[0] ?? (/zsh$/.test(process.env.SHELL ?? '') ? 'zsh' : 'bash');
  if (!SHELLS.some((known) => known === shell)) {
    throw new InputError(`completion is for bash or zsh, not ${quoted(shell)}`);
  }
  process.stdout.write(shell === 'zsh' ? ZSH : BASH);
  return 0;
}

/** Words that may stand at the end of `words`, whose first is a command; the last is begun. */
export async function completionsOf(
  words: readonly string[],
  commands: readonly Completable[],
): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const known = await candidates(words.slice(0, -1), current, commands);
  return known.filter((word) => word.startsWith(current));
}

async function candidates(
  before: readonly string[],
  current: string,
  commands: readonly Completable[],
): Promise<readonly string[]> {
  const [first, second] = before;
  const firsts = new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''));
  if (first === undefined) return [...firsts, '--help', '--version'];
  const actions = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (actions.length > 0 && second === undefined) {
    return [...actions.map(({ name }) => name.slice(first.length + 1)), '--help'];
  }
  const called = actions.length > 0 ? `${first} ${second}` : first;
  const command = commands.find(({ name }) => name === called);
  const last = before.at(-1) ?? '';
  const option = last.startsWith('--') ? last.slice(2) : '';
  if (command?.options.get(option) === true) return valuesOf(option);
  if (current.startsWith('-')) {
    const names = [...(command?.options.keys() ?? []), 'help'];
    return names.map((name) => `--${name}`);
  }
  return wordsOf(called);
}

/** In place of `<scenario..>` and the like; none where files are meant. */
async function wordsOf(command: string): Promise<readonly string[]> {
  switch (command) {
    case 'run':
    case 'fuzz':
    case 'replay':
    case 'shrink':
    case 'diff':
    case 'corpus add':
      return (await import('../scenarios/catalogue/index.ts')).scenarios.map(({ id }) => id);
    case 'compare': {
      const { scenarios } = await import('../scenarios/catalogue/index.ts');
      return [...new Set(scenarios.map(({ name }) => name))];
    }
    case 'list':
      return [
        ...(await import('./list-command.ts')).KINDS,
        ...(await import('../protocols/index.ts')).protocols.map(({ name }) => name),
      ];
    case 'completion':
      return SHELLS;
    default:
      return [];
  }
}

async function valuesOf(option: string): Promise<readonly string[]> {
  switch (option.replace(/^[ab]-/, '')) {
    case 'mutant':
      return (await import('../protocols/index.ts')).mutants.map(({ id }) => id);
    case 'check':
      return (await import('../scenarios/oracles/index.ts')).oracles.map(({ id }) => id);
    case 'faults':
      return (await import('../scenarios/catalogue/index.ts')).profiles.map(({ name }) => name);
    case 'protocol':
      return (await import('../protocols/index.ts')).protocols.map(({ name }) => name);
    case 'reporter':
      return REPORTERS;
    case 'explain':
    case 'shrink':
      return SWITCH;
    case 'expect':
      return ['pass', 'fail'];
    case 'model':
      return (await import('../checker/index.ts')).modelNames();
    case 'format':
      return (await import('../checker/index.ts')).formatNames;
    case 'level':
      return (await import('./check-levels.ts')).LEVELS.map((level) => level.replace(/N$/, ''));
    case 'failed-cas':
      return (await import('./check-settings.ts')).FAILED_CAS;
    default:
      return [];
  }
}
