/** The day that files are dated with. */

const MS_PER_SECOND = 1000;
const DAY_LENGTH = '2026-11-21'.length;

/** The day in UTC, or that of SOURCE_DATE_EPOCH (seconds), so that files can be made again. */
export function today(): string {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const isGiven = epoch !== undefined && /^\d{1,11}$/.test(epoch);
  const date = isGiven ? new Date(Number(epoch) * MS_PER_SECOND) : new Date();
  return date.toISOString().slice(0, DAY_LENGTH);
}
