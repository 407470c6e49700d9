/** What has been hunted: one file that survives Ctrl-C and is read again by the next run. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Hunted } from './hunt-one.ts';

/** What a cell was measured for; another version of the code is another cell. */
export interface Cell {
  readonly mutant: string;
  readonly strategy: string;
  readonly baseSeed: string;
  readonly code: string;
}

export interface Measured extends Hunted {
  /** CPU-seconds after which it would have given up. */
  readonly cap: number;
}

const fileSchema = z.strictObject({
  format: z.literal('quorumlab-hunts/1'),
  cells: z.record(
    z.string(),
    z.strictObject({
      seeds: z.int(),
      cpuSeconds: z.number(),
      foundBy: z.string().exactOptional(),
      cap: z.number(),
    }),
  ),
});

export class HuntStore {
  private readonly path: string;
  private cells: { readonly [key: string]: Measured };

  constructor(path: string) {
    this.path = path;
    this.cells = this.read();
  }

  /** What was measured with at least this cap, cut to it; undefined when it has to be hunted. */
  get(cell: Cell, cap: number): Measured | undefined {
    const measured = this.cells[keyOf(cell)];
    if (measured === undefined) return undefined;
    if (measured.cpuSeconds <= cap && measured.foundBy !== undefined) return measured;
    if (measured.cap < cap) return undefined;
    return { seeds: measured.seeds, cpuSeconds: cap, cap };
  }

  /** Written at once, and whole; another process may have written since. */
  set(cell: Cell, measured: Measured): void {
    this.cells = { ...this.read(), [keyOf(cell)]: measured };
    this.write();
  }

  /** Forgets what `isWanted` does not want. */
  keep(isWanted: (code: string) => boolean): void {
    const kept = Object.entries(this.read()).filter(([key]) => isWanted(key.split(' ')[0] ?? ''));
    this.cells = Object.fromEntries(kept);
    this.write();
  }

  private read(): { readonly [key: string]: Measured } {
    if (!existsSync(this.path)) return {};
    return fileSchema.parse(JSON.parse(readFileSync(this.path, 'utf8'))).cells;
  }

  private write(): void {
    const sorted = Object.entries(this.cells).sort(([a], [b]) => (a < b ? -1 : 1));
    const lines = sorted.map(([key, cell]) => `  ${JSON.stringify(key)}: ${JSON.stringify(cell)}`);
    const cells = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`;
    const draft = `${this.path}.${process.pid}.part`;
    writeFileSync(draft, `{"format": "quorumlab-hunts/1", "cells": ${cells}}\n`);
    renameSync(draft, this.path);
  }
}

function keyOf({ mutant, strategy, baseSeed, code }: Cell): string {
  return `${code} ${mutant} ${strategy} ${baseSeed}`;
}
