/** The hash that etcd's robustness tests keep in place of long values: 32-bit FNV-1a of UTF-8. */

/** Values of so many bytes are hashed. */
export const LONG_TEXT_BYTES = 20;

/** FNV's offset basis and prime (http://www.isthe.com/chongo/tech/comp/fnv/). */
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** How many bytes a text has in UTF-8, and their hash. */
export function hashOfText(text: string): { readonly bytes: number; readonly hash: number } {
  let hash = OFFSET_BASIS;
  let bytes = 0;
  const add = (byte: number) => {
    hash = Math.imul(hash ^ byte, PRIME);
    bytes++;
  };
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) {
      add(point);
      continue;
    }
    const following = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    add(((0xff << (7 - following)) & 0xff) | (point >> (6 * following)));
    for (let left = following - 1; left >= 0; left--) add(0x80 | ((point >> (6 * left)) & 0x3f));
  }
  return { bytes, hash: hash >>> 0 };
}
