import type { CommentAnchor } from '@tandem/protocol';
import type { EditorView } from '@tiptap/pm/view';
import type * as Y from 'yjs';
import { type AnchoredRange, AnchoredText } from '../editor/binding/anchored-text.ts';
import { boundPage, type BoundPage } from '../editor/binding/binding.ts';
import { highlightOf } from '../editor/highlights.ts';
import { Observable } from '../runtime/observable.ts';

export interface AnchoredThread {
  readonly id: string;
  readonly anchor: CommentAnchor;
  readonly isMarked: boolean;
}

/** Null: the words are gone. A thread that is missing here is not looked for yet. */
export type Places = ReadonlyMap<string, AnchoredRange | null>;

interface Shown {
  readonly threads: readonly AnchoredThread[];
  readonly active: string | null;
  readonly draft: CommentAnchor | null;
}

/** Anchors are looked for when nobody has written for a while, but not more seldom than this. */
const QUIET_MS = 250;
const MAX_WAIT_MS = 1_500;
const FLASH_MS = 1_400;

/**
 * Finds the texts of comments and marks them. Marks are CSS highlights, so that the editor's DOM stays untouched; a
 * highlight moves with its text until the next search.
 */
export class CommentPlaces {
  readonly places = new Observable<Places>(new Map());
  readonly #view: EditorView;
  readonly #doc: Y.Doc;
  #text: { readonly bound: BoundPage; readonly anchored: AnchoredText } | null = null;
  #shown: Shown = { threads: [], active: null, draft: null };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changedAt: number | null = null;
  #flash: ReturnType<typeof setTimeout> | undefined;
  #ranges: { readonly highlight: Highlight; readonly range: Range }[] = [];

  constructor(view: EditorView, doc: Y.Doc) {
    this.#view = view;
    this.#doc = doc;
    doc.on('update', this.#changed);
  }

  show(shown: Shown): void {
    this.#shown = shown;
    this.#find();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#flash);
    this.#doc.off('update', this.#changed);
    this.#erase();
    CSS.highlights?.delete(FLASH);
  }

  /** Null where nothing that can be commented on is selected. */
  anchorOfSelection(): CommentAnchor | null {
    const { from, to, empty } = this.#view.state.selection;
    return empty ? null : (this.#read()?.create(from, to) ?? null);
  }

  renew(anchor: CommentAnchor): CommentAnchor | null {
    return this.#read()?.renew(anchor) ?? null;
  }

  /** The marked thread at a position; of several, the one that begins last. */
  threadAt(position: number): string | null {
    let found: { readonly id: string; readonly from: number } | null = null;
    for (const { id, isMarked } of this.#shown.threads) {
      const place = this.places.get().get(id);
      if (!isMarked || place == null || position < place.from || position > place.to) continue;
      if (found === null || place.from > found.from) found = { id, from: place.from };
    }
    return found?.id ?? null;
  }

  threadAtCaret(): string | null {
    const { head, empty } = this.#view.state.selection;
    return empty ? this.threadAt(head) : null;
  }

  /** The distance of a thread's text from the top of the window. */
  topOf(id: string): number | null {
    const place = this.places.get().get(id);
    if (place == null || place.to > this.#view.state.doc.content.size) return null;
    return this.#view.coordsAtPos(place.from, 1).top;
  }

  scrollTo(id: string): void {
    const range = this.#rangeOf(this.places.get().get(id) ?? null);
    if (range === null) return;
    const node = range.startContainer;
    const element = node instanceof Element ? node : node.parentElement;
    element?.scrollIntoView({ block: 'center', behavior: 'instant' });
    if (typeof Highlight === 'undefined') return;
    CSS.highlights.set(FLASH, new Highlight(range));
    clearTimeout(this.#flash);
    this.#flash = setTimeout(() => CSS.highlights.delete(FLASH), FLASH_MS);
  }

  readonly #changed = (): void => {
    const now = performance.now();
    this.#changedAt ??= now;
    clearTimeout(this.#timer);
    const wait = Math.min(QUIET_MS, Math.max(0, this.#changedAt + MAX_WAIT_MS - now));
    this.#timer = setTimeout(() => this.#find(), wait);
  };

  #find(): void {
    this.#changedAt = null;
    if (this.#view.isDestroyed) return;
    const anchored = this.#read();
    // An input method is composing: what is shown is not written yet.
    if (anchored === null) return this.#changed();
    const places = new Map(
      this.#shown.threads.map(({ id, anchor }) => [id, anchored.resolve(anchor)] as const),
    );
    if (!isSame(places, this.places.get())) this.places.set(places);
    this.#draw(anchored);
  }

  #read(): AnchoredText | null {
    const bound = boundPage(this.#view.state);
    if (bound === null) return null;
    if (this.#text?.bound.page !== bound.page)
      this.#text = { bound, anchored: new AnchoredText(bound) };
    return this.#text.anchored;
  }

  #draw(anchored: AnchoredText): void {
    this.#erase();
    if (typeof Highlight === 'undefined') return;
    const { threads, active, draft } = this.#shown;
    for (const { id, isMarked } of threads)
      if (isMarked || id === active)
        this.#add(id === active ? ACTIVE : MARK, this.places.get().get(id) ?? null);
    if (draft !== null) this.#add(ACTIVE, anchored.resolve(draft));
  }

  #add(name: string, place: AnchoredRange | null): void {
    const range = this.#rangeOf(place);
    if (range === null) return;
    const highlight = highlightOf(name);
    highlight.priority = name === ACTIVE ? 1 : 0;
    highlight.add(range);
    this.#ranges.push({ highlight, range });
  }

  #erase(): void {
    for (const { highlight, range } of this.#ranges) highlight.delete(range);
    this.#ranges = [];
  }

  #rangeOf(place: AnchoredRange | null): Range | null {
    if (place === null || place.to > this.#view.state.doc.content.size) return null;
    const start = this.#view.domAtPos(place.from, 1);
    const end = this.#view.domAtPos(place.to, -1);
    const range = new Range();
    range.setStart(start.node, start.offset);
    range.setEnd(end.node, end.offset);
    return range;
  }
}

const MARK = 'comment';
const ACTIVE = 'comment-active';
const FLASH = 'comment-flash';

function isSame(one: Places, other: Places): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([id, place]) => {
    const before = other.get(id);
    if (place === null || before == null) return place === before;
    return place.from === before.from && place.to === before.to && place.by === before.by;
  });
}
