/**
 * JSON for files that people read, edit and compare: what fits on a line stays on it, as formatters
 * print it, so that a plan has one line a fault and one an operation.
 */
import type { Plain } from '../sim/plain.ts';

const WIDTH = 100;
const INDENT = '  ';

/** The document with a line break at its end. */
export function readableJson(value: object): string {
  const plain: Plain = JSON.parse(JSON.stringify(value));
  return `${broken(plain, '')}\n`;
}

/** `before` stands on the line already, `after` will follow: a name, a comma. */
function fitted(value: Plain, indent: string, before: number): string {
  const line = onOneLine(value);
  const hasRoom = indent.length + before + line.length < WIDTH;
  return hasRoom || !isContainer(value) ? line : broken(value, indent);
}

function broken(value: Plain, indent: string): string {
  const inner = indent + INDENT;
  if (isList(value)) {
    const items = value.map((item) => inner + fitted(item, inner, 0));
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  if (!isContainer(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => {
    const label = `${JSON.stringify(name)}: `;
    return inner + label + fitted(member, inner, label.length);
  });
  return `{\n${members.join(',\n')}\n${indent}}`;
}

function onOneLine(value: Plain): string {
  if (isList(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (!isContainer(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${onOneLine(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function isContainer(value: Plain): value is readonly Plain[] | { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null;
}
