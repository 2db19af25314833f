/** Where cards are beside a text: each at its text, or below the card before it. */

export interface Card {
  readonly wanted: number;
  readonly height: number;
}

const GAP_PX = 10;

/** @param active the index of the card that is exactly at its text; the others make room for it */
export function layOutCards(cards: readonly Card[], active: number, top = 0): number[] {
  const tops = cards.map(() => top);
  const first = active < 0 ? 0 : active;
  let end = -Infinity;
  for (let i = first; i < cards.length; i++) {
    const { wanted, height } = cards[i]!;
    tops[i] = Math.max(top, wanted, end + GAP_PX);
    end = tops[i]! + height;
  }
  let limit = tops[first] ?? 0;
  for (let i = first - 1; i >= 0; i--) {
    const { wanted, height } = cards[i]!;
    tops[i] = Math.min(Math.max(top, wanted), limit - GAP_PX - height);
    limit = tops[i]!;
  }
  const missing = top - (tops[0] ?? top);
  return missing > 0 ? layOutCards(cards, -1, top) : tops;
}
