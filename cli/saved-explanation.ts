/** Explanations in files: in brief in a saved failure, in full in a campaign. */
import { z } from 'zod';
import { sentencesOf } from '../reports/explanation.ts';
import type { Chance, Explanation } from '../scenarios/explain/explanation.ts';
import { faultSchema } from './fault-schema.ts';
import { network } from './spec-schema.ts';

/** What of an explanation is kept with a failure; `replay --explain` tells it in full. */
export interface SavedExplanation {
  readonly verdict: Explanation['verdict'];
  readonly sentences: readonly string[];
  readonly jumps: readonly SavedJump[];
}

/** Of so many tries before the event and after it, so many failed in the same way. */
interface SavedJump {
  readonly event: number;
  readonly time: number;
  readonly before: SavedChance;
  readonly after: SavedChance;
}

type SavedChance = Pick<Chance, 'failed' | 'tries'>;

export function briefExplanation(explanation: Explanation): SavedExplanation {
  const { verdict, jumps } = explanation;
  return {
    verdict,
    sentences: sentencesOf(explanation),
    jumps: jumps.map(({ before, after }) => ({
      event: after.event,
      time: after.time,
      before: { failed: before.failed, tries: before.tries },
      after: { failed: after.failed, tries: after.tries },
    })),
  };
}

const count = z.int().min(0);
const verdict = z.enum(['plan', 'jump', 'gradual']);
const savedChance = z.strictObject({ failed: count, tries: count });

export const savedExplanationSchema: z.ZodType<SavedExplanation> = z.strictObject({
  verdict,
  sentences: z.array(z.string()),
  jumps: z.array(
    z.strictObject({ event: count, time: count, before: savedChance, after: savedChance }),
  ),
});

const chance = {
  tries: count,
  failed: count,
  other: count,
  low: z.number().min(0).max(1),
  high: z.number().min(0).max(1),
};
const point = z.strictObject({ event: count, time: count, ...chance });

/** Of the event log what is printed. */
const records = z.array(z.looseObject({ event: count, time: count, kind: z.string() }));

/** What reports print; the records within are handed on as they are. */
export const explanationSchema = z.looseObject({
  replicas: count,
  isNetworkDrawn: z.boolean(),
  network: network.exactOptional(),
  isMinimal: z.boolean().exactOptional(),
  event: count,
  time: count,
  verdict,
  points: z.array(point),
  jumps: z.array(z.looseObject({ before: point, after: point, records, sent: records })),
  faults: z.array(
    z.looseObject({
      index: count,
      fault: faultSchema,
      event: count,
      at: count,
      measured: z
        .strictObject({ with: z.strictObject(chance), without: z.strictObject(chance) })
        .exactOptional(),
    }),
  ),
  runs: count,
});
