/** Every situation that nodes of CRAQ report, beside those of the chain. */
import { marks as chainMarks } from '../chain-replication/marks.ts';

export const marks: { readonly [mark: string]: string } = {
  ...chainMarks,
  'tail-asked': 'a server asks the tail for the version of an object that is dirty here',
  'tail-asked-again': 'a server asks the tail again for a version',
  'version-query-waits': 'a tail names no version until it knows that it still is the tail',
  'version-gone': 'a server has dropped the version that the tail has named, for a later one',
  'dirty-read-served':
    'a server whose object is dirty answers with the version that the tail has named',
  'tail-read-served': 'the tail answers a strong read',
  'clean-read-served': 'a server that is not the tail answers a strong read of a clean object',
  'eventual-read-served': 'a server answers with the newest version that it knows',
  'bounded-read-served': 'a server answers with a version that is off by no more than the bound',
  'bounded-read-refused': 'a server cannot tell whether it keeps to the bound, and sends a read on',
  'test-and-set-rejected': 'the head rejects a test-and-set, for its object is dirty',
  'update-waits': 'the head keeps an update until its object is clean',
  'payload-missing': 'a server knows of a write by its name, and waits for what it says',
  'payload-fetched': 'a server asks its predecessor for what a write says',
  'back-propagated': 'a server sends the one that joins before it what that one lacks',
  'joined-as-head': 'a new head holds all that its successor holds, and begins to take updates',
  'joined-in-the-middle': 'a new server between two others holds all that its successor holds',
  'update-waits-for-agreement': 'a new head keeps an update until it agrees with its successor',
  'client-backed-off': 'a client whose test-and-set was rejected waits before it asks again',
};
