/** What a session by hand can say: every command, as it is written and as it is understood. */
import type { Micros } from '../../sim/contract.ts';
import type { WeakerLevel } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import type { Word } from './words.ts';

/** A line that does something. */
export interface Line {
  readonly line: number;
  /** As it was written, without comment. */
  readonly text: string;
  /** Where it begins, for errors about all of it. */
  readonly start: Word;
  /** The earliest time: `at 500ms …`. */
  readonly at?: Micros;
  readonly command: Command;
}

export interface Comment {
  readonly line: number;
  readonly comment: string;
}

/** What the session runs on, where the command line does not say. */
export interface Script {
  readonly nodes?: { readonly count: number; readonly word: Word };
  readonly settings: readonly { readonly text: string; readonly word: Word }[];
  readonly lines: readonly (Line | Comment)[];
}

export type Command =
  | RequestCommand
  | { readonly does: 'break-link' | 'mend-link'; readonly between: readonly [Word, Word] }
  | { readonly does: 'isolate'; readonly server: Word }
  | { readonly does: 'partition'; readonly groups: readonly (readonly Word[])[] }
  | { readonly does: 'heal' }
  | { readonly does: 'pause' | 'resume' | 'kill'; readonly server: Word }
  | { readonly does: 'restart'; readonly server: Word; readonly isEmpty: boolean }
  | { readonly does: 'start'; readonly server: Word }
  | { readonly does: 'reconfigure'; readonly changes: readonly MemberChange[] }
  | { readonly does: 'members'; readonly servers: readonly Word[] }
  | { readonly does: 'wait' | 'patience'; readonly time: Micros }
  | { readonly does: 'get-links' | 'state'; readonly server?: Word };

export interface RequestCommand {
  readonly does: 'request';
  readonly operation: Plain;
  readonly level?: WeakerLevel;
  /** Whom the client asks first. */
  readonly server?: Word;
  /** Whether the next line waits for the answer. */
  readonly isAwaited: boolean;
}

export interface MemberChange {
  readonly server: Word;
  readonly isGone: boolean;
}

/** How each command is written; the first name is the one that help and errors use. */
export interface CommandForm {
  readonly names: readonly string[];
  readonly takes: string;
  readonly about: string;
}

export const FORMS: readonly CommandForm[] = [
  { names: ['put', 'write'], takes: 'KEY VALUE', about: 'write a value under a key' },
  {
    names: ['get', 'read'],
    takes: 'KEY [LEVEL]',
    about: 'read a key; of a lower level it may be old',
  },
  { names: ['delete'], takes: 'KEY', about: 'remove a key' },
  { names: ['cas'], takes: 'KEY OLD NEW', about: 'write NEW if the value is OLD' },
  { names: ['break_link'], takes: 'A B', about: 'A and B no longer hear each other' },
  { names: ['mend_link'], takes: 'A B', about: 'A and B hear each other again' },
  { names: ['get_links'], takes: '[A]', about: 'whom a server is cut off from, and whom it hears' },
  { names: ['isolate'], takes: 'A', about: 'A hears no other server, and no other hears it' },
  { names: ['partition'], takes: 'A B | C', about: 'servers of different groups hear no other' },
  { names: ['heal'], takes: '', about: 'all links work again' },
  { names: ['pause'], takes: 'A', about: 'A does nothing, and what arrives waits' },
  { names: ['resume', 'unpause'], takes: 'A', about: 'A goes on' },
  { names: ['kill', 'crash'], takes: 'A', about: 'A is down; its memory is lost, its disk is not' },
  { names: ['restart'], takes: 'A [empty]', about: 'A is up again, with its disk or without' },
  { names: ['start'], takes: 'A', about: 'A, a server that was not there before, comes up' },
  { names: ['reconfigure'], takes: 'A.. [-B..]', about: 'ask for A as a member too, not for B' },
  { names: ['members'], takes: 'A B..', about: 'ask for exactly these members' },
  { names: ['wait'], takes: 'TIME', about: 'let time pass' },
  { names: ['patience'], takes: 'TIME', about: 'how long to wait for each answer from here on' },
  { names: ['state', 'print'], takes: '[A]', about: 'show everything that a server knows' },
  { names: ['snapshot'], takes: '', about: 'how a protocol is told when to take snapshots' },
  { names: ['nodes'], takes: 'COUNT', about: 'at the top: how many servers there are' },
  { names: ['set'], takes: 'OPTION=VALUE', about: 'at the top: an option of the protocol' },
];

export function formNamed(name: string): CommandForm | undefined {
  return FORMS.find(({ names }) => names.includes(name));
}

/** `put KEY VALUE`. */
export function usageOf({ names, takes }: CommandForm): string {
  return [names[0], takes].filter((part) => part !== '').join(' ');
}
