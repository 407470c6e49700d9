/** The members of JSON objects whose names are known, asked for one by one. */

import { Misreading, shortened } from './format-error.ts';
import type { JsonMember, JsonNode } from './json.ts';

type Member = JsonMember<JsonNode>;

/** An integer, as a number where one can hold it. */
export type Integer = number | bigint;

const INTEGER = /^-?\d{1,19}$/;

/** One object, all of whose members are known. What is wrong is thrown as a `Misreading`. */
export class JsonFields {
  readonly at: number;
  private readonly name: string;
  private readonly members: ReadonlyMap<string, Member>;

  /** `name` is what the object is, for errors. Refuses members beside `known`. */
  constructor(node: JsonNode, name: string, known: readonly string[]) {
    if (node.type !== 'object') throw unexpectedJson(node, `an object as ${name}`);
    const members = new Map<string, Member>();
    for (const member of node.members) {
      if (!known.includes(member.name)) {
        const found = JSON.stringify(shortened(member.name));
        throw new Misreading(member.at, `${name} to have one of ${known.join(', ')}`, found);
      }
      members.set(member.name, member);
    }
    this.at = node.at;
    this.name = name;
    this.members = members;
  }

  has(name: string): boolean {
    const type = this.members.get(name)?.value.type;
    return type !== undefined && type !== 'null';
  }

  required(name: string): JsonNode {
    const node = this.members.get(name)?.value;
    if (node === undefined) throw new Misreading(this.at, `"${name}" in ${this.name}`, 'none');
    return node;
  }

  text(name: string): string {
    const node = this.required(name);
    if (node.type !== 'string') throw unexpectedJson(node, `a string as ${name}`);
    return node.value;
  }

  /** The text, or "" where the member is missing. */
  optionalText(name: string): string {
    return this.members.has(name) ? this.text(name) : '';
  }

  flag(name: string): boolean {
    const node = this.required(name);
    if (node.type !== 'boolean') throw unexpectedJson(node, `true or false as ${name}`);
    return node.value;
  }

  optionalFlag(name: string): boolean {
    return this.members.has(name) && this.flag(name);
  }

  /** An integer of up to 64 bits. */
  integer(name: string): Integer {
    const node = this.required(name);
    if (node.type !== 'number' || !INTEGER.test(node.digits)) {
      throw unexpectedJson(node, `an integer as ${name}`);
    }
    const value = Number(node.digits);
    return Number.isSafeInteger(value) ? value : BigInt(node.digits);
  }

  /** An integer below 2^53. */
  number(name: string): number {
    const value = this.integer(name);
    if (typeof value === 'number') return value;
    throw unexpectedJson(this.required(name), `an integer between -2^53 and 2^53 as ${name}`);
  }

  /** The integer, or 0 where the member is missing. */
  optionalNumber(name: string): number {
    return this.members.has(name) ? this.number(name) : 0;
  }

  /** The items of an array; of `null` none, as Go writes an empty slice. */
  items(name: string): readonly JsonNode[] {
    const node = this.required(name);
    if (node.type === 'null') return [];
    if (node.type !== 'array') throw unexpectedJson(node, `an array as ${name}`);
    return node.items;
  }
}

/** An error at a value. */
export function unexpectedJson(node: JsonNode, expected: string): Misreading {
  return new Misreading(node.at, expected, describeJson(node));
}

function describeJson(node: JsonNode): string {
  switch (node.type) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(node.value);
    case 'number':
      return shortened(node.digits);
    case 'string':
      return JSON.stringify(shortened(node.value));
    default:
      return `an ${node.type}`;
  }
}
