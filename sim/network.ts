/**
 * The network: which links are cut, and the fate of every message. A fate is not drawn from a
 * stream but mixed from (seed, from, to, message type, ordinal of that type on that link, purpose),
 * so a new message type moves no other message's fate, and an override names a message by that key.
 */
import type { Micros, NodeId } from './contract.ts';
import { drawDelay } from './delay.ts';
import { hashString, join, scatter } from './mixing.ts';
import type { FateOverride, NetworkConfig, UnmetOverride } from './plan.ts';

const PER_MILLION = 4294.967296;
const INITIAL_TYPE_CAPACITY = 16;

/** What a draw decides; part of its key, so that the draws of one message are independent. */
const PURPOSE_DROP = 1;
const PURPOSE_DELAY = 2;
const PURPOSE_DUPLICATE = 3;
const PURPOSE_CORRUPT = 4;
const PURPOSE_REORDER = 5;
const PURPOSE_REORDER_BY = 6;
const PURPOSE_SECOND_DELAY = 7;
const PURPOSE_LATENESS = 8;
const PURPOSE_REPLAY = 9;
const PURPOSE_REPLAY_BY = 10;

/** The fate of the message asked about last; one object, overwritten by every call. */
export interface Fate {
  typeHash: number;
  ordinal: number;
  dropped: boolean;
  corrupt: boolean;
  delay: Micros;
  /** Delay of a second copy, or -1 for none. */
  secondDelay: Micros;
}

export class Network {
  private config: NetworkConfig;
  private readonly nodeCount: number;
  private rootKey: number;
  private overrides: ReadonlyMap<string, FateOverride> | undefined;
  /** Those that the run began with, and of all those whose message was sent. */
  private readonly ownOverrides: readonly FateOverride[];
  private readonly met = new Set<FateOverride>();
  private isLossy: boolean;
  /** Whether links that are not calm lose messages, or take other times than calm ones. */
  private isRough: boolean;
  /** What has turned quiet: all links, or those with a 1 here. */
  private isCalm = false;
  private readonly calmLinks: Uint8Array;

  /** How many faults cut each link now, by from * nodeCount + to. */
  private readonly cuts: Uint32Array;
  /** By how much faults slow each link now. */
  private readonly slowness: Float64Array;
  /** How many faults clog each link now. */
  private readonly clogs: Uint32Array;

  /** Message types by order of first appearance, and per link and type: key and next ordinal. */
  private readonly typeIndexes = new Map<string, number>();
  private readonly typeHashes: number[] = [];
  private typeCapacity = INITIAL_TYPE_CAPACITY;
  private keys: Int32Array;
  private ordinals: Uint32Array;
  /** The fate of each message that chance had a say in, if it is wanted. */
  readonly fates: FateOverride[] | undefined;
  private lastType = '';
  private lastTypeIndex = -1;

  private readonly fate: Fate = {
    typeHash: 0,
    ordinal: 0,
    dropped: false,
    corrupt: false,
    delay: 0,
    secondDelay: -1,
  };

  /** With `recordsFates`, `fates` says what became of each message. */
  constructor(seed: string, nodeCount: number, config: NetworkConfig, recordsFates = false) {
    this.fates = recordsFates ? [] : undefined;
    this.config = config;
    this.nodeCount = nodeCount;
    this.rootKey = hashString(`${seed}\0network`);
    this.isLossy = isLossy(config);
    this.isRough = isRough(config);
    this.overrides = overridesOf(config);
    this.ownOverrides = config.overrides ?? [];
    this.calmLinks = new Uint8Array(nodeCount * nodeCount);
    this.clogs = new Uint32Array(nodeCount * nodeCount);
    this.cuts = new Uint32Array(nodeCount * nodeCount);
    this.slowness = new Float64Array(nodeCount * nodeCount);
    this.keys = new Int32Array(nodeCount * nodeCount * this.typeCapacity);
    this.ordinals = new Uint32Array(nodeCount * nodeCount * this.typeCapacity);
  }

  /** Loss, delay and disorder end, everywhere. Overrides keep their word. */
  calm(): void {
    this.isCalm = true;
    this.calmLinks.fill(1);
  }

  /** All links among these nodes work as they should, whatever held on them; others stay. */
  calmAmong(nodes: ReadonlySet<NodeId>): void {
    this.isCalm = true;
    for (const from of nodes) {
      for (const to of nodes) {
        const link = from * this.nodeCount + to;
        this.calmLinks[link] = 1;
        this.cuts[link] = 0;
        this.slowness[link] = 0;
        this.clogs[link] = 0;
      }
    }
  }

  /** From now on, fates are those of another seed, and of another network if one is given. */
  rekey(seed: string, config: NetworkConfig = this.config): void {
    this.rootKey = hashString(`${seed}\0network`);
    this.keys.fill(0);
    if (config === this.config) return;
    this.config = config;
    this.isLossy = isLossy(config);
    this.isRough = isRough(config);
    this.overrides = overridesOf(config);
  }

  cut(from: NodeId, to: NodeId): void {
    const link = from * this.nodeCount + to;
    this.cuts[link] = (this.cuts[link] as number) + 1;
  }

  uncut(from: NodeId, to: NodeId): void {
    const link = from * this.nodeCount + to;
    this.cuts[link] = (this.cuts[link] as number) - 1;
  }

  /** Everything that is sent over this link from now on takes `by` longer, or shorter again. */
  slow(from: NodeId, to: NodeId, by: Micros): void {
    const link = from * this.nodeCount + to;
    this.slowness[link] = (this.slowness[link] as number) + by;
  }

  /** What is sent over this link from now on waits until it is clear again. */
  clog(from: NodeId, to: NodeId): void {
    const link = from * this.nodeCount + to;
    this.clogs[link] = (this.clogs[link] as number) + 1;
  }

  unclog(from: NodeId, to: NodeId): void {
    const link = from * this.nodeCount + to;
    this.clogs[link] = (this.clogs[link] as number) - 1;
  }

  isClogged(from: NodeId, to: NodeId): boolean {
    return this.clogs[from * this.nodeCount + to] !== 0;
  }

  isCut(from: NodeId, to: NodeId): boolean {
    return this.cuts[from * this.nodeCount + to] !== 0;
  }

  /** Whether all that is sent over this link now arrives whole, and as soon as on any. */
  isSound(from: NodeId, to: NodeId): boolean {
    const link = from * this.nodeCount + to;
    if (this.cuts[link] !== 0 || this.clogs[link] !== 0 || this.slowness[link] !== 0) return false;
    return this.calmLinks[link] === 1 || !this.isRough;
  }

  /** Decides the fate of the next message of `type` on this link. The result is overwritten. */
  decide(from: NodeId, to: NodeId, type: string): Fate {
    const typeIndex = type === this.lastType ? this.lastTypeIndex : this.indexOfType(type);
    const link = from * this.nodeCount + to;
    const slot = link * this.typeCapacity + typeIndex;
    const ordinal = this.ordinals[slot] as number;
    this.ordinals[slot] = ordinal + 1;
    let key = this.keys[slot] as number;
    if (key === 0) {
      key = join(join(this.rootKey, from * 65_537 + to), this.typeHashes[typeIndex] as number) | 1;
      this.keys[slot] = key;
    }
    const fate = this.fate;
    fate.typeHash = this.typeHashes[typeIndex] as number;
    fate.ordinal = ordinal;
    fate.dropped = false;
    fate.corrupt = false;
    fate.secondDelay = -1;
    const messageKey = join(key, ordinal);
    const slowness = this.slowness[link] as number;
    const { delay, calmDelay = delay } = this.config;
    const isCalm = this.isCalm && this.calmLinks[link] === 1;
    const distribution = isCalm ? calmDelay : delay;
    fate.delay = slowness + drawDelay(distribution, draw(messageKey, PURPOSE_DELAY));
    if (this.isLossy && !isCalm) this.decideLosses(fate, messageKey, slowness);
    if (this.overrides !== undefined) this.override(fate, from, to, type);
    if (this.fates !== undefined && !isCalm) this.record(fate, from, to, type);
    return fate;
  }

  private decideLosses(fate: Fate, key: number, slowness: Micros): void {
    const { drop, corrupt, duplicate, reorder, reorderBy } = this.config;
    fate.dropped = happens(key, PURPOSE_DROP, drop);
    fate.corrupt = happens(key, PURPOSE_CORRUPT, corrupt);
    if (happens(key, PURPOSE_REORDER, reorder)) {
      fate.delay += (draw(key, PURPOSE_REORDER_BY) >>> 0) % (reorderBy + 1);
    }
    if (happens(key, PURPOSE_DUPLICATE, duplicate)) {
      const late = (draw(key, PURPOSE_LATENESS) >>> 0) % (reorderBy + 1);
      const delay = drawDelay(this.config.delay, draw(key, PURPOSE_SECOND_DELAY));
      fate.secondDelay = slowness + delay + late;
    }
    const { replay = 0, replayBy = 0 } = this.config;
    if (happens(key, PURPOSE_REPLAY, replay)) {
      fate.secondDelay = fate.delay + ((draw(key, PURPOSE_REPLAY_BY) >>> 0) % (replayBy + 1));
    }
  }

  private override(fate: Fate, from: NodeId, to: NodeId, type: string): void {
    const override = this.overrides?.get(overrideKey(from, to, type, fate.ordinal));
    if (override === undefined) return;
    this.met.add(override);
    fate.dropped = override.drop ?? fate.dropped;
    fate.corrupt = override.corrupt ?? fate.corrupt;
    fate.delay = override.delay ?? fate.delay;
    fate.secondDelay = override.duplicate ?? fate.secondDelay;
  }

  /** The overrides that named no message that was sent, in their order. */
  unmetOverrides(): UnmetOverride[] {
    return this.ownOverrides.flatMap((each, override) =>
      this.met.has(each) ? [] : [{ override, sent: this.sentOver(each.from, each.to) }],
    );
  }

  private sentOver(from: NodeId, to: NodeId): UnmetOverride['sent'] {
    const start = (from * this.nodeCount + to) * this.typeCapacity;
    return [...this.typeIndexes].flatMap(([type, index]) => {
      const count = this.ordinals[start + index] as number;
      return count === 0 ? [] : [{ type, count }];
    });
  }

  /** What a node sends to itself has no fate, and over a cut link all have the same. */
  private record(fate: Fate, from: NodeId, to: NodeId, type: string): void {
    if (from === to || this.isCut(from, to)) return;
    const { ordinal, dropped, corrupt, delay, secondDelay } = fate;
    this.fates?.push({
      ...{ from, to, type, ordinal },
      ...(dropped ? { drop: true } : { delay }),
      ...(corrupt && !dropped ? { corrupt } : {}),
      ...(secondDelay >= 0 && !dropped ? { duplicate: secondDelay } : {}),
    });
  }

  private indexOfType(type: string): number {
    let index = this.typeIndexes.get(type);
    if (index === undefined) {
      index = this.typeHashes.length;
      this.typeIndexes.set(type, index);
      this.typeHashes.push(hashString(type));
      if (index === this.typeCapacity) this.growTypes();
    }
    this.lastType = type;
    this.lastTypeIndex = index;
    return index;
  }

  private growTypes(): void {
    const links = this.nodeCount * this.nodeCount;
    const capacity = this.typeCapacity * 2;
    const keys = new Int32Array(links * capacity);
    const ordinals = new Uint32Array(links * capacity);
    for (let link = 0; link < links; link++) {
      const start = link * this.typeCapacity;
      keys.set(this.keys.subarray(start, start + this.typeCapacity), link * capacity);
      ordinals.set(this.ordinals.subarray(start, start + this.typeCapacity), link * capacity);
    }
    this.keys = keys;
    this.ordinals = ordinals;
    this.typeCapacity = capacity;
  }
}

function isLossy({ drop, duplicate, corrupt, reorder, replay = 0 }: NetworkConfig): boolean {
  return drop + duplicate + corrupt + reorder + replay > 0;
}

function isRough(config: NetworkConfig): boolean {
  const { delay, calmDelay = delay } = config;
  return (
    isLossy(config) ||
    delay.kind !== calmDelay.kind ||
    delay.min !== calmDelay.min ||
    delay.spread !== calmDelay.spread
  );
}

function overridesOf({
  overrides = [],
}: NetworkConfig): ReadonlyMap<string, FateOverride> | undefined {
  if (overrides.length === 0) return undefined;
  return new Map(overrides.map((o) => [overrideKey(o.from, o.to, o.type, o.ordinal), o]));
}

function draw(key: number, purpose: number): number {
  return scatter(key + Math.imul(purpose, 0x9e3779b1));
}

function happens(key: number, purpose: number, rate: number): boolean {
  return rate > 0 && draw(key, purpose) >>> 0 < rate * PER_MILLION;
}

function overrideKey(from: NodeId, to: NodeId, type: string, ordinal: number): string {
  return `${from}>${to} ${type} ${ordinal}`;
}
