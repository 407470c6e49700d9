/** Arguments that callers in JavaScript may have got wrong, and how an error shows them. */

/** What an option must be: what errors say that they expected. */
export type OptionKind =
  | 'a function'
  | 'a number from 0 on'
  | 'a text'
  | 'a value'
  | 'true or false'
  | 'an array of whole numbers'
  | 'an array'
  | 'an object';

/** All options of a kind: one that is added to the type has to be added here. */
export type OptionTable<Options> = { readonly [name in keyof Options]-?: OptionKind };

/** Refuses options that are not known, or of another kind, with `TypeError`. */
export function assertOptions<Options>(
  options: Options,
  known: OptionTable<Options>,
  whose: string,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `expected an object as options of ${whose}, found ${shownArgument(options)}`,
    );
  }
  const kinds = new Map<string, OptionKind>(Object.entries(known));
  for (const [name, value] of Object.entries(options)) {
    const kind = kinds.get(name);
    if (kind === undefined) {
      const names = [...kinds.keys()].join(', ');
      throw new TypeError(
        `${whose} has no option ${shownArgument(name)}; expected one of ${names}`,
      );
    }
    if (value === undefined || isOfKind(kind, value)) continue;
    throw new TypeError(`option ${name}: expected ${kind}, found ${shownArgument(value)}`);
  }
}

function isOfKind(kind: OptionKind, value: unknown): boolean {
  switch (kind) {
    case 'a function':
      return typeof value === 'function';
    case 'a number from 0 on':
      return typeof value === 'number' && value >= 0;
    case 'a text':
      return typeof value === 'string';
    case 'a value':
      return true;
    case 'true or false':
      return typeof value === 'boolean';
    case 'an array of whole numbers':
      return Array.isArray(value) && value.every(Number.isSafeInteger);
    case 'an array':
      return Array.isArray(value);
    case 'an object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return kind satisfies never;
  }
}

const TEXT_MAX = 60;
const NAMES_MAX = 5;

/** The value, or what it is: never more than an error has room for. */
export function shownArgument(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > TEXT_MAX
        ? `${JSON.stringify(value.slice(0, TEXT_MAX))}…`
        : JSON.stringify(value);
    case 'function':
      return 'a function';
    case 'bigint':
      return `the bigint ${value}`;
    case 'object':
      return value === null ? 'null' : shownObject(value);
    default:
      return String(value);
  }
}

function shownObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const names = Object.keys(value);
  if (names.length === 0) return 'an object without members';
  const more = names.length > NAMES_MAX ? ', …' : '';
  return `an object with ${names.slice(0, NAMES_MAX).join(', ')}${more}`;
}
