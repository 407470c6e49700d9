/** The state machines that protocols replicate; a user's own works through the same interface. */
import type { StateMachine } from '../../sim/contract.ts';
import { counter } from './counter.ts';
import { kv } from './kv.ts';
import { list } from './list.ts';
import { register } from './register.ts';

export const machines: readonly StateMachine[] = [kv, counter, list, register];
