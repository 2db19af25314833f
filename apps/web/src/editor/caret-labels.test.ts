import { describe, expect, test } from 'vitest';
import { LABEL_HEIGHT, placeLabels, type CaretLabel } from './caret-labels.ts';

const WIDTH = 400;

function caret(left: number, top: number, more: Partial<CaretLabel> = {}): CaretLabel {
  return { left, top, bottom: top + 20, width: 60, side: 'right', ...more };
}

function placed(labels: readonly CaretLabel[]) {
  const boxes = placeLabels(labels, WIDTH).map(({ x, y }, index) => {
    const { left, top, width, side } = labels[index]!;
    const start = (side === 'left' ? left - width : left) + x;
    return { left: start, right: start + width, top: top - LABEL_HEIGHT + y };
  });
  for (const [index, one] of boxes.entries())
    for (const other of boxes.slice(index + 1)) {
      const apart =
        one.right <= other.left ||
        other.right <= one.left ||
        Math.abs(one.top - other.top) >= LABEL_HEIGHT;
      if (!apart) throw new Error(JSON.stringify([one, other]));
    }
  return boxes;
}

describe('names of people', () => {
  test('stand at their carets when these are apart', () => {
    const labels = [caret(0, 100), caret(200, 100), caret(0, 200)];
    expect(placeLabels(labels, WIDTH)).toEqual([
      { x: 0, y: 0 },
      { x: 0, y: 0 },
      { x: 0, y: 0 },
    ]);
  });

  test('stand beside each other at one place', () => {
    const boxes = placed([caret(10, 100), caret(10, 100), caret(10, 100)]);
    expect(boxes.map(({ left }) => left)).toEqual([10, 72, 134]);
    expect(new Set(boxes.map(({ top }) => top)).size).toBe(1);
  });

  test('stand beside each other towards the side to which they reach', () => {
    const side = 'left';
    const boxes = placed([caret(390, 100, { side }), caret(390, 100, { side })]);
    expect(boxes.map(({ left }) => left)).toEqual([330, 268]);
  });

  test('take a further row where the line is full', () => {
    const width = 180;
    const boxes = placed(Array.from({ length: 6 }, () => caret(10, 100, { width })));
    expect(new Set(boxes.map(({ top }) => top)).size).toBe(3);
    for (const { left, right } of boxes) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(WIDTH);
    }
  });

  test('go below the first line, for there is no room above it', () => {
    const width = 300;
    const boxes = placed(Array.from({ length: 3 }, () => caret(10, 26, { width })));
    expect(boxes.map(({ top }) => top)).toEqual([10, 48, 66]);
  });

  test('avoid those of the next line, and those that reach the other way', () => {
    placed([
      caret(190, 100),
      caret(230, 100, { side: 'left' }),
      caret(190, 110),
      caret(200, 100, { width: 180 }),
    ]);
  });

  test('more than anybody can read are shown all the same', () => {
    expect(
      placeLabels(
        Array.from({ length: 200 }, () => caret(0, 0, { width: 390 })),
        WIDTH,
      ),
    ).toHaveLength(200);
  });
});
