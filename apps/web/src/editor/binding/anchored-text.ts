import {
  type Anchor,
  createAnchor,
  type NearestLiving,
  PageText,
  resolveAnchor,
} from '@tandem/document/anchors';
import type { Node } from '@tiptap/pm/model';

import type { BoundPage } from './binding.ts';
import { leafAt, leafIndexAt } from './leaves.ts';
import { nearestLivingIn } from './nearest-living.ts';
import type { ShownPage } from './shown-page.ts';

/** Positions in the shown document. */
export interface AnchoredRange {
  readonly from: number;
  readonly to: number;
  readonly by: 'characters' | 'words';
}

/** Makes anchors of selections, and finds anchors in the shown document. */
export class AnchoredText {
  readonly #page: ShownPage;
  readonly #nearestLiving: NearestLiving;
  #text: { readonly doc: Node; readonly text: PageText } | null = null;

  constructor({ page, copies }: BoundPage) {
    this.#page = page;
    this.#nearestLiving = nearestLivingIn(page.roots.text, copies);
  }

  create(from: number, to: number): Anchor | null {
    return createAnchor(this.#read(), { from: this.#offsetOf(from), to: this.#offsetOf(to) });
  }

  resolve(anchor: Anchor): AnchoredRange | null {
    const found = resolveAnchor(this.#read(), anchor, this.#nearestLiving);
    if (found === null) return null;
    const [from, to] = [this.#positionOf(found.from), this.#positionOf(found.to - 1) + 1];
    return { from, to, by: found.by };
  }

  /** The same words under the ids that their characters have now. */
  renew(anchor: Anchor): Anchor | null {
    const found = resolveAnchor(this.#read(), anchor, this.#nearestLiving);
    return found && createAnchor(this.#read(), found);
  }

  #read(): PageText {
    const { doc, leaves } = this.#page;
    if (this.#text?.doc !== doc)
      this.#text = { doc, text: new PageText(leaves.map(({ block }) => block)) };
    return this.#text.text;
  }

  #offsetOf(position: number): number {
    const { doc } = this.#page;
    const index = leafIndexAt(doc, position);
    const { from, to } = this.#read().blocks[index]!;
    return Math.min(to, Math.max(from, from + position - leafAt(doc, index).pos - 1));
  }

  #positionOf(offset: number): number {
    const { index, from } = this.#read().blockAt(offset);
    return leafAt(this.#page.doc, index).pos + 1 + offset - from;
  }
}
