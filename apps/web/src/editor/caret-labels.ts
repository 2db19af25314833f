/**
 * Places the names beside carets: at the caret where there is room, else beside other names, else
 * in a further row. Lengths are pixels in the caret layer.
 */

export const LABEL_HEIGHT = 16;
const GAP = 2;
const MAX_ROWS = 12;

export interface CaretLabel {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly side: 'left' | 'right';
}

export interface LabelShift {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

/** Places labels in the given order, so the most important must come first. */
export function placeLabels(labels: readonly CaretLabel[], layerWidth: number): LabelShift[] {
  const taken: Box[] = [];
  return labels.map((label) => {
    const wanted = boxOf(label);
    const box = freeBox(label, { wanted, taken, layerWidth }) ?? wanted;
    taken.push(box);
    return { x: box.left - wanted.left, y: box.top - wanted.top };
  });
}

function boxOf({ left, top, width, side }: CaretLabel): Box {
  const start = side === 'left' ? left - width : left;
  return { left: start, right: start + width, top: top - LABEL_HEIGHT };
}

interface Search {
  readonly wanted: Box;
  readonly taken: readonly Box[];
  readonly layerWidth: number;
}

function freeBox(label: CaretLabel, { wanted, taken, layerWidth }: Search): Box | null {
  for (let row = 0; row < MAX_ROWS; row++) {
    const top = topOfRow(label, row);
    let box: Box = { ...wanted, top };
    for (;;) {
      const inTheWay = taken.find((other) => overlap(box, other));
      if (inTheWay === undefined) return box;
      box = { ...beside(inTheWay, box, label.side), top };
      if (box.left < 0 || box.right > layerWidth) break;
    }
  }
  return null;
}

function topOfRow({ top, bottom }: CaretLabel, row: number): number {
  const step = LABEL_HEIGHT + GAP;
  const above = top - LABEL_HEIGHT - row * step;
  if (row === 0 || above >= 0) return above;
  const rowsAbove = Math.max(1, Math.floor((top - LABEL_HEIGHT) / step) + 1);
  return bottom + GAP + (row - rowsAbove) * step;
}

function beside(other: Box, { left, right }: Box, side: CaretLabel['side']): Omit<Box, 'top'> {
  const start = side === 'left' ? other.left - GAP - (right - left) : other.right + GAP;
  return { left: start, right: start + right - left };
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.top + LABEL_HEIGHT &&
    other.top < one.top + LABEL_HEIGHT
  );
}
