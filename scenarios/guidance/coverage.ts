/** What a run has reached, as a list of features: the bits of `RunResult.coverage`. */

const WORD_BITS = 32;

/** The numbers of the bits that are set, in order. */
export function featuresOf(words: readonly number[]): number[] {
  const features: number[] = [];
  for (let word = 0; word < words.length; word++) {
    let rest = words[word] as number;
    while (rest !== 0) {
      features.push(word * WORD_BITS + 31 - Math.clz32(rest & -rest));
      rest &= rest - 1;
    }
  }
  return features;
}
