/** The numbers of common elements at the start of two lists and at the end of the rest. */
export interface EqualEnds {
  readonly head: number;
  readonly tail: number;
}

export function equalEnds<A, B = A>(
  before: readonly A[],
  after: readonly B[],
  isSame: (a: A, b: B) => boolean = Object.is,
): EqualEnds {
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && isSame(before[head]!, after[head]!)) head++;
  let tail = 0;
  while (
    tail < shortest - head &&
    isSame(before[before.length - 1 - tail]!, after[after.length - 1 - tail]!)
  )
    tail++;
  return { head, tail };
}
