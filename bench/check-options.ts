/** The options of `npm run bench:check`. */
import yargs from 'yargs';
import { InputError } from '../cli/exit.ts';

export interface CheckBenchOptions {
  /** Rows whose names have this in them. */
  readonly only: string;
  /** A folder of recorded histories. */
  readonly histories: string | undefined;
  readonly json: boolean;
}

/** Ends the process after `--help`. Throws `InputError` for words that are none of its options. */
export function optionsIn(words: readonly string[]): CheckBenchOptions {
  const { only, histories, json } = yargs([...words])
    .scriptName('npm run bench:check --')
    .usage('$0 [options]\n\nTimes the checker on large histories, one process a row.')
    .options({
      only: {
        type: 'string',
        requiresArg: true,
        default: '',
        defaultDescription: 'all',
        describe: 'the rows with this in their names',
      },
      histories: {
        type: 'string',
        requiresArg: true,
        describe: 'a folder of recorded logs, with an index expected.json',
      },
      json: { type: 'boolean', default: false, describe: 'print all that was measured' },
    })
    .epilog('Exit 0: every bar is met. 1: one is missed. 2: wrong usage.')
    .help()
    .version(false)
    .strict()
    .fail((message, error) => {
      if (error !== undefined && error !== null && error.name !== 'YError') throw error;
      throw new InputError(`${message ?? error.message}; see --help`);
    })
    .parseSync();
  return { only, histories, json };
}
