/** Says what of a value is not plain data, and calls values by name in messages for people. */

/** Deeper than this nothing is nested that anybody wrote on purpose. */
const DEPTH_MAX = 500;
const WORDS_LENGTH_MAX = 60;

/**
 * What of `value` is not plain data, as `message.entries[0].apply is a function`; undefined if it
 * all is. Plain are JSON values, `undefined`, and maps and sets of plain data. `name` stands for
 * the value itself.
 */
export function whatIsNotPlain(name: string, value: unknown): string | undefined {
  const found = look(value, []);
  return found === undefined ? undefined : `${name}${found}`;
}

/**
 * What comes after the name of the value, ` is a function` or `.apply is a function`: most values
 * are plain, and need no path. `within` are the objects around the value, outermost first.
 */
function look(value: unknown, within: object[]): string | undefined {
  switch (typeof value) {
    case 'function':
    case 'symbol':
    case 'bigint':
      return ` is ${valueInWords(value)}`;
    case 'object':
      if (value === null) return undefined;
      if (within.includes(value)) return ' is a part of itself';
      if (within.length >= DEPTH_MAX) return ` is nested more than ${DEPTH_MAX} deep`;
      if (!isPlainObject(value)) return ` is ${valueInWords(value)}`;
      return lookInto(value, within);
    default:
      return undefined;
  }
}

function lookInto(value: object, within: object[]): string | undefined {
  within.push(value);
  const found = hasFields(value) ? lookIntoFields(value, within) : lookIntoParts(value, within);
  within.pop();
  return found;
}

function lookIntoFields(fields: Fields, within: object[]): string | undefined {
  for (const name of Object.keys(fields)) {
    const found = look(fields[name], within);
    if (found !== undefined) return `.${name}${found}`;
  }
  return undefined;
}

function lookIntoParts(value: object, within: object[]): string | undefined {
  const parts: readonly unknown[] = Array.isArray(value) ? value : elementsOf(value);
  for (let index = 0; index < parts.length; index++) {
    const found = look(parts[index], within);
    if (found !== undefined) return `[${index}]${found}`;
  }
  return undefined;
}

/** Of a map its entries: keys are data as well. */
function elementsOf(value: object): readonly unknown[] {
  return value instanceof Map || value instanceof Set ? [...value] : [];
}

type Fields = { readonly [name: string]: unknown };

function hasFields(value: object): value is Fields {
  return !Array.isArray(value) && !(value instanceof Map) && !(value instanceof Set);
}

/** No instance of somebody's class, nor of one of the language that holds more than data. */
function isPlainObject(value: object): boolean {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of plain objects, of whatever realm, has none itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A value as a person would name it: `"text"`, `-5`, `a function`, `{type: "Append", …}`. */
export function valueInWords(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return cut(JSON.stringify(value));
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'bigint':
      return `the bigint ${value}`;
    case 'object':
      return value === null ? 'null' : objectInWords(value);
    default:
      return String(value);
  }
}

function objectInWords(value: object): string {
  if (isThenable(value)) return 'a promise';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (!isPlainObject(value)) {
    const name: unknown = value.constructor?.name;
    return typeof name === 'string' && name !== '' ? `an object of class ${name}` : 'an object';
  }
  if (value instanceof Map) return 'a map';
  if (value instanceof Set) return 'a set';
  const fields = Object.entries(value).map(([name, field]) => {
    const isShort = typeof field !== 'object' || field === null;
    return `${name}: ${isShort ? valueInWords(field) : '…'}`;
  });
  return cut(`{${fields.join(', ')}}`);
}

/** What has a method `then`: what an `async` function returns. */
export function isThenable(value: unknown): value is { then(...callbacks: unknown[]): unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

function cut(text: string): string {
  return text.length <= WORDS_LENGTH_MAX ? text : `${text.slice(0, WORDS_LENGTH_MAX)}…`;
}
