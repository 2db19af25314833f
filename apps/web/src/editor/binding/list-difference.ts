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

export function longestIncreasing(values: readonly number[]): number[] {
  const tails: number[] = [];
  const previous: number[] = [];
  for (const [index, value] of values.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    previous.push(low > 0 ? tails[low - 1]! : -1);
    tails[low] = index;
  }
  const longest: number[] = [];
  for (let index = tails.at(-1) ?? -1; index !== -1; index = previous[index]!) longest.push(index);
  return longest.reverse();
}
