/** What `quorumlab list faults` tells: faults by what they strike, then rates and profiles. */
import { profiles } from '../scenarios/catalogue/index.ts';
import {
  BEHAVIOURS,
  FAULT_KINDS,
  type FaultGroup,
  type FaultKind,
  faultKinds,
} from '../sim/fault.ts';
import { FAULT_FIELDS } from './fault-schema.ts';

/** One line of a list; `--json` prints all its fields. */
export interface Item {
  readonly id: string;
  readonly about: string;
  /** Further lines, shown below it. */
  readonly more?: readonly string[];
}

interface FaultItem extends Item {
  readonly group: Group;
  /** The fields of the plan or of the spec that say where, how often and how hard. */
  readonly fields: readonly string[];
}

type Group = FaultGroup | 'rate' | 'profile';

export const IN_A_PLAN =
  'Faults of a plan begin at a time, {at}, or at a mark, {when: {mark, nth, after, node?}}; they ' +
  'heal after {lasts}, or when the run turns quiet. Nodes are numbers, replicas first, or "it", ' +
  'which reached the mark, or "leader". Times are in µs, rates and places in parts per million. ' +
  'With {withinClaims: true} in the spec, what the protocol does not claim to survive is held ' +
  'back; run and replay say which faults did not strike, and why.';

/** What there is to know of a kind besides its fields. */
const REMARKS: { readonly [kind in FaultKind]?: readonly string[] } = {
  byzantine: [`behaviour: ${BEHAVIOURS.join(', ')}`],
  reconfigure: ['of the protocols, mp, chain, craq and op can change their members'],
};

export const TITLES: { readonly [group in Group]: string } = {
  partition: 'partitions: links that take nothing',
  network: 'links: what they take comes late',
  process: 'processes',
  disk: 'disks',
  clock: 'clocks',
  client: 'clients',
  byzantine: 'adversaries',
  configuration: 'configuration',
  rate: 'rates: single messages, records and clocks',
  profile: 'profiles: what a campaign may be asked for',
};

/** What happens to single messages and records. */
const RATES: readonly Omit<FaultItem, 'group'>[] = [
  { id: 'drop', about: 'a message is lost', fields: ['network.drop'] },
  { id: 'duplicate', about: 'a message arrives twice', fields: ['network.duplicate'] },
  {
    id: 'reorder',
    about: 'a message is held back and overtaken',
    fields: ['network.reorder', 'reorderBy'],
  },
  {
    id: 'replay',
    about: 'a copy of a message arrives long after it',
    fields: ['network.replay', 'replayBy'],
  },
  { id: 'corrupt', about: 'a message arrives unreadable', fields: ['network.corrupt'] },
  {
    id: 'torn-write',
    about: 'a crash leaves the record being written half done',
    fields: ['disk.torn'],
  },
  {
    id: 'stall',
    about: 'a record takes long, and all behind it wait',
    fields: ['disk.stall', 'stallBy'],
  },
  {
    id: 'clock-skew',
    about: 'a clock starts off, and runs fast or slow',
    fields: ['clock.offset', 'drift'],
  },
];

export function faultItems(): readonly FaultItem[] {
  return [
    ...faultKinds.map((kind) => ({
      id: kind,
      ...FAULT_KINDS[kind],
      fields: FAULT_FIELDS.get(kind) ?? [],
      ...(REMARKS[kind] === undefined ? {} : { more: REMARKS[kind] }),
    })),
    ...RATES.map((rate) => ({ ...rate, group: 'rate' as const })),
    ...profiles.map(({ name, about }) => ({
      id: `--faults ${name}`,
      group: 'profile' as const,
      about,
      fields: [],
    })),
  ];
}
