/** The models that come with the checker, by name. */

import type { Model } from '../model.ts';
import { dictionary, kv } from './kv.ts';
import { casRegister, register } from './register.ts';

export const models = {
  register,
  'cas-register': casRegister,
  kv,
  dictionary,
} satisfies Record<string, Model<unknown>>;

export type ModelName = keyof typeof models;

/** A model asked for by a name that no model has. */
export class UnknownModelError extends Error {
  constructor(name: string) {
    const known = Object.keys(models).join(', ');
    super(`unknown model ${JSON.stringify(name)}; expected one of ${known}`);
    this.name = 'UnknownModelError';
  }
}

/** The model of that name. Throws `UnknownModelError`. */
export function modelNamed(name: string): Model<unknown> {
  const found = Object.entries(models).find(([each]) => each === name);
  if (found === undefined) throw new UnknownModelError(name);
  return found[1];
}
