/**
 * Delta debugging of a list: Zeller & Hildebrandt, "Simplifying and Isolating Failure-Inducing
 * Input", TSE 2002, in the form that only takes away. Big pieces go first; what lies beside a piece
 * that could go is tried in ever bigger pieces, for what is needed seldom lies side by side.
 */

/**
 * Takes elements out of `items` as long as `keeps` accepts the rest. The result is 1-minimal: no
 * single element can go, if `keeps` always answers the same (and does not begin to refuse all).
 */
export function minimise<T>(
  items: readonly T[],
  keeps: (rest: readonly T[]) => boolean,
): readonly T[] {
  if (items.length === 0 || keeps([])) return [];
  let rest = items;
  for (let piece = Math.ceil(rest.length / 2); ; piece = Math.ceil(piece / 2)) {
    const before = rest.length;
    rest = sweep(rest, piece, keeps);
    // An element that was needed may have become superfluous by what went after it.
    while (piece === 1 && rest.length < before) {
      const again = sweep(rest, 1, keeps);
      if (again.length === rest.length) break;
      rest = again;
    }
    if (piece <= 1 || rest.length === 0) return rest;
  }
}

/** Goes from the end to the start once, since what comes late is needed least. */
function sweep<T>(
  items: readonly T[],
  piece: number,
  keeps: (rest: readonly T[]) => boolean,
): readonly T[] {
  let rest = items;
  let end = rest.length;
  while (end > 0) {
    let size = Math.min(piece, end);
    const shorter = without(rest, end - size, size);
    if (!keeps(shorter)) {
      end -= size;
      continue;
    }
    rest = shorter;
    end -= size;
    // As long as bigger pieces go, the next one is twice as big.
    for (size *= 2; end > 0; size *= 2) {
      const taken = Math.min(size, end);
      const muchShorter = without(rest, end - taken, taken);
      if (!keeps(muchShorter)) break;
      rest = muchShorter;
      end -= taken;
    }
  }
  return rest;
}

function without<T>(items: readonly T[], from: number, count: number): readonly T[] {
  return [...items.slice(0, from), ...items.slice(from + count)];
}
