/** Small sets of numbers, as bits of 32-bit words. */

export function include(set: Int32Array, member: number): void {
  set[member >>> 5]! |= 1 << (member & 31);
}

export function exclude(set: Int32Array, member: number): void {
  set[member >>> 5]! &= ~(1 << (member & 31));
}

export function includes(set: Int32Array, member: number): boolean {
  return (set[member >>> 5]! & (1 << (member & 31))) !== 0;
}
