/** The models that come with the checker, by name. */

import type { Model } from '../model.ts';
import { counter } from './counter.ts';
import { etcd } from './etcd.ts';
import { dictionary, kv } from './kv.ts';
import { list } from './list.ts';
import { mutex } from './mutex.ts';
import { queue, stack } from './queue.ts';
import { casRegister, register } from './register.ts';
import { set } from './set.ts';
import { txn } from './transactions.ts';

export const models = {
  register,
  'cas-register': casRegister,
  kv,
  dictionary,
  counter,
  list,
  set,
  queue,
  stack,
  mutex,
  txn,
  etcd,
} satisfies Record<string, Model<unknown>>;

export type ModelName = keyof typeof models;

/** A model asked for by a name that no model has. */
export class UnknownModelError extends Error {
  constructor(name: string) {
    const known = modelNames().join(', ');
    super(`unknown model ${JSON.stringify(name)}; expected one of ${known}`);
    this.name = 'UnknownModelError';
  }
}

/** The names that a history may ask for its model by. */
export function modelNames(): readonly string[] {
  return Object.keys(models);
}

/** The model of that name, if there is one. */
export function findModel(name: string): Model<unknown> | undefined {
  return Object.entries(models).find(([each]) => each === name)?.[1];
}

/** The model of that name. Throws `UnknownModelError`. */
export function modelNamed(name: string): Model<unknown> {
  const found = findModel(name);
  if (found === undefined) throw new UnknownModelError(name);
  return found;
}
