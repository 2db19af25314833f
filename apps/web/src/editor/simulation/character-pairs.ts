/** Two characters that were beside each other when one of them was typed. */
import { type CharacterLayout, standInOrder } from './character-layout.ts';
import type { LayoutChange } from './layout-changes.ts';

export interface Pair {
  readonly first: string;
  readonly second: string;
  /** The one that was typed beside the other. */
  readonly typed: string;
  /** One command typed both. */
  readonly isOneGo: boolean;
}

export function charactersBetween(
  { blocks, places }: CharacterLayout,
  { first, second }: Pair,
): string[] {
  const [from, to] = [places.get(first)!, places.get(second)!];
  return blocks[from.block]!.characters.slice(from.index + 1, to.index);
}

export function standTogether({ places }: CharacterLayout, a: string, b: string): boolean {
  return places.get(a)?.block === places.get(b)?.block;
}

export function keyOf({ first, second }: Pair): string {
  return first + second;
}

export function otherOf({ first, second }: Pair, character: string): string {
  return character === first ? second : first;
}

/**
 * Whether the author of a change had not seen the pair together, and so could not know that it
 * separates them.
 */
export function isUnaware({ seen }: LayoutChange, { first, second, isOneGo }: Pair): boolean {
  if (standInOrder({ places: seen }, first, second)) return false;
  return seen.has(first) || seen.has(second) || !isOneGo;
}
