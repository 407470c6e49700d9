/** Every situation that servers, masters and clients report, for coverage, faults, the report. */
import { marks as paxosMarks } from '../multi-paxos/marks.ts';

const own = {
  'forward-overtook': 'a server gets an update before the one that precedes it',
  'missing-updates-requested': 'a server asks for updates that did not arrive',
  'forward-resent': 'a server without an acknowledgement forwards again',
  'old-request-dropped': 'the head drops an update older than the latest of its client',
  'reply-from-table': 'the head answers an update that was processed before',
  redirected: 'a server is asked for what is not its to do, and tells who is in the chain',
  'unreadable-dropped': 'a node or client drops a message that was damaged on the way',
  'query-waits': 'a tail keeps a query until it knows that it still is the tail',
  'lease-obtained': 'a tail may answer queries again',
  'epoch-confirmed': 'a tail learns that its epoch was current when it asked',
  'confirmation-retried': 'a tail asks again whether its epoch is current',
  'sequential-read-served': 'a server answers a read that may be old at once',
  'sequential-read-waits': 'a server is behind the session whose read it got',
  'other-epoch-dropped': 'a server drops a message of another epoch',
  'left-chain': 'a server learns that it is not in the chain any more',
  'copying-began': 'a server begins to copy what the tail has',
  'copy-completed': 'a server has copied all that the tail had when it began',
  'appended-to-chain': 'a server that has copied is the last of the chain',
  'handover-completed': 'a new tail holds all that the old one held, and begins to work',
  'handover-retried': 'a server that joins asks again for what it lacks',
  'snapshot-sent': 'a server that joins is so far behind that it gets a snapshot',
  'snapshot-received': 'a server that joins takes over a snapshot',
  'snapshot-taken': 'a server replaces updates by the state they made',
  'sent-completed': 'a new tail executes what the old one had not acknowledged',
  'sent-resent': 'a server sends its new successor the rest of what is not acknowledged',
  'restarted-fresh': 'a server starts without the state it had',
  'restarted-from-disk': 'a durable server starts with what its disk has',
  'torn-record-dropped': 'a durable server drops records that a crash has torn',
  'damaged-record-found': 'a durable server finds a record unreadable that was whole once',
  'acting-began': 'a master leads, its term is decided, and it acts',
  'acting-ended': 'a master that acted leads no more',
  'removal-waits-for-lease': 'a master would remove a server whose lease may still last',
  'remove-proposed': 'the acting master proposes to remove a server',
  'beginJoin-proposed': 'the acting master proposes that a server copies what the tail has',
  'completeJoin-proposed': 'the acting master proposes to append a server that has copied',
  'settleJoin-proposed': 'the acting master proposes to count on a server that was appended',
  'configuration-decided': 'a master learns that another configuration is decided',
  'reconfiguration-requested': 'an operator asks a master for other servers in the chain',
  'client-retried': 'a client without an answer asks again',
  'client-redirected': 'a client learns of another chain and asks there',
  'client-gave-up': 'a client gives an operation up',
  'duplicate-reply-ignored': 'a client ignores an answer that it does not wait for',
} as const;

/** What Multi-Paxos has for clients, members that change and reads that masters have no use for. */
const NOT_AMONG_MASTERS: readonly string[] = [
  'client-retried',
  'client-gave-up',
  'duplicate-response-ignored',
  'reconfiguration-requested',
  'reconfiguration-performed',
  'configuration-in-force',
  'leader-removed',
  'quorum-read',
  'sequential-read-waits',
  'unreadable-dropped',
];

/** What the masters' Multi-Paxos reaches has a name of its own. */
const ofMasters = Object.fromEntries(
  Object.entries(paxosMarks)
    .filter(([name]) => !NOT_AMONG_MASTERS.includes(name))
    .map(([name, about]) => [`master-${name}`, `among the masters: ${about}`]),
);

export const marks: { readonly [mark: string]: string } = { ...own, ...ofMasters };
