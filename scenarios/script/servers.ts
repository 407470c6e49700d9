/** What a session calls a server, and which node that is. */
import type { NodeId } from '../../sim/contract.ts';
import { ScriptError, type Word } from './words.ts';

/** The servers of a session are those that can be members, counted from 1: `1` or `s1`. */
export class Servers {
  readonly nodes: readonly NodeId[];
  private readonly replicas: number;

  constructor(nodes: readonly NodeId[], replicas: number) {
    this.nodes = nodes;
    this.replicas = replicas;
  }

  /** The node that is meant; throws `ScriptError` for one that is not there. */
  node(word: Word): NodeId {
    const { text } = word;
    if (text === 'leader') {
      throw new ScriptError(word, 'who leads may change: expected a server, such as 1 or s1');
    }
    const number = Number(text.replace(/^[sn]/, ''));
    const node = text.startsWith('n') ? number : this.nodes[number - 1];
    if (node !== undefined && node < this.replicas) return node;
    throw new ScriptError(word, `there is no server ${text}; ${this.inWords()}`);
  }

  /** A node, or whoever leads when the line is reached. */
  nodeOrLeader(word: Word): NodeId | 'leader' {
    return word.text === 'leader' ? 'leader' : this.node(word);
  }

  /** `s2`; of a node that is no server, `n0`. */
  name(node: NodeId): string {
    const index = this.nodes.indexOf(node);
    return index < 0 ? `n${node}` : `s${index + 1}`;
  }

  private inWords(): string {
    const count = this.nodes.length;
    const there = count === 1 ? 'the only one is 1' : `they are 1 to ${count}`;
    return `${there}; for more, write nodes COUNT at the top`;
  }
}
