/** EDN values as JSON values, and the fields of the maps that Jepsen writes. */

import type { Plain } from '../history.ts';
import { canonicalText } from '../plain.ts';
import type { EdnNode } from './edn.ts';
import { Misreading, shortened } from './format-error.ts';

/**
 * The JSON value: keywords keep their colon, sets become arrays in canonical order. Symbols are
 * refused: they are more likely misspelt, as `nill` is, than meant.
 */
export function plainOf(node: EdnNode): Plain {
  switch (node.type) {
    case 'nil':
      return null;
    case 'boolean':
    case 'string':
      return node.value;
    case 'symbol':
      throw unexpected(node, 'a value: nil, true, false, a number, a string or a keyword');
    case 'keyword':
      return `:${node.value}`;
    case 'number':
      return numberOf(node.value, node);
    case 'vector':
    case 'list':
      return node.items.map(plainOf);
    case 'set':
      return sorted(node.items.map(plainOf));
    case 'map':
      return mapOf(node.items);
    default:
      return node satisfies never;
  }
}

/** A key as text: keywords without their colon. */
export function nameOf(node: EdnNode): string {
  if (node.type === 'keyword' || node.type === 'string') return node.value;
  if (node.type === 'number' && Number.isSafeInteger(node.value)) return String(node.value);
  return canonicalText(plainOf(node));
}

/** The items of a vector or list, else undefined. */
export function itemsOf(node: EdnNode): readonly EdnNode[] | undefined {
  return node.type === 'vector' || node.type === 'list' ? node.items : undefined;
}

/** What a person would call the value. */
export function describeNode(node: EdnNode): string {
  switch (node.type) {
    case 'nil':
      return 'nil';
    case 'keyword':
      return shortened(`:${node.value}`);
    case 'boolean':
    case 'number':
      return String(node.value);
    case 'symbol':
      return shortened(node.value);
    case 'string':
      return JSON.stringify(shortened(node.value));
    default:
      return `a ${node.type}`;
  }
}

/** An error at a value. */
export function unexpected(node: EdnNode, expected: string): Misreading {
  return new Misreading(node.at, expected, describeNode(node));
}

function mapOf(items: readonly EdnNode[]): Plain {
  const members = new Map<string, Plain>();
  for (let index = 0; index < items.length; index += 2) {
    const name = items[index]!;
    const value = items[index + 1]!;
    const text = nameOf(name);
    if (members.has(text)) throw unexpected(name, 'each key once');
    members.set(text, plainOf(value));
  }
  return Object.fromEntries(members);
}

function numberOf(value: number, node: EdnNode): number {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw new Misreading(node.at, 'a number between -2^53 and 2^53', String(value));
  }
  return value;
}

function sorted(values: readonly Plain[]): readonly Plain[] {
  return values
    .map((value) => ({ value, text: canonicalText(value) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ value }) => value);
}
