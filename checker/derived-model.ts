/** What a model made from another one takes over: how operations are named and told apart. */

import type { Model } from './model.ts';

type Shared = Pick<
  Model<unknown>,
  'seesProcess' | 'isKeyed' | 'partition' | 'expects' | 'describe'
>;

/** The members that do not look at states; absent where they were. */
export function sharedMembers(model: Shared): Shared {
  const { seesProcess, isKeyed, partition, expects, describe } = model;
  return {
    ...(seesProcess === undefined ? {} : { seesProcess }),
    ...(isKeyed === undefined ? {} : { isKeyed }),
    ...(partition === undefined ? {} : { partition: partition.bind(model) }),
    ...(expects === undefined ? {} : { expects: expects.bind(model) }),
    ...(describe === undefined ? {} : { describe: describe.bind(model) }),
  };
}
