import { type Leaf, streamTextOf } from './leaves.ts';

export class LeafLine {
  readonly text: string;
  readonly length: number;
  readonly leaves: readonly Leaf[];
  readonly order: readonly number[];
  readonly starts: number[] = [];

  constructor(leaves: readonly Leaf[], order: readonly number[]) {
    this.leaves = leaves;
    this.order = order;
    let text = '';
    for (const index of order) {
      this.starts.push(text.length);
      text += BOUNDARY + streamTextOf(leaves[index]!.node);
    }
    this.starts.push(text.length);
    this.text = text;
    this.length = text.length;
  }

  placeOf(index: number): number {
    let low = 0;
    let high = this.order.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  isBoundary(index: number): boolean {
    return this.text[index] === BOUNDARY && this.starts[this.placeOf(index)] === index;
  }
}

const BOUNDARY = '\0';
