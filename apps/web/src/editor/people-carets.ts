import type { PluginView } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { resolveShared, sharedSelection, type SharedSelection } from './binding/binding.ts';
import { type CaretLabel, placeLabels } from './caret-labels.ts';
import { highlightOf } from './highlights.ts';
import { type Person, readPerson } from './person-state.ts';
import { CURSOR_HOVER_PX, CURSOR_INTERVAL_MS, CURSOR_LABEL_MS } from './limits.ts';

/**
 * Draws other people's carets and selections outside the text: carets as elements in a separate
 * layer, selections as CSS highlights. The editor's DOM stays untouched, which input methods (above
 * all Android's) require, and block edges never clip a name.
 */
export function drawPeopleCarets(
  view: EditorView,
  awareness: Awareness,
  layer: HTMLElement,
): PluginView {
  const publisher = new CursorPublisher(view, awareness);
  const carets = new CaretLayer(view, awareness, layer);
  return {
    update(_view, before) {
      publisher.update();
      if (before.doc !== view.state.doc) carets.follow();
    },
    destroy() {
      publisher.destroy();
      carets.destroy();
    },
  };
}

class CursorPublisher {
  readonly #view: EditorView;
  readonly #awareness: Awareness;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #published: SharedSelection | null = null;
  #last = -Infinity;

  constructor(view: EditorView, awareness: Awareness) {
    this.#view = view;
    this.#awareness = awareness;
    view.dom.addEventListener('focus', this.update);
    // The text may have had the focus before this code was there.
    this.update();
  }

  readonly update = (): void => {
    if (this.#timer !== undefined || (!this.#view.hasFocus() && !this.#published)) return;
    const wait = Math.max(0, this.#last + CURSOR_INTERVAL_MS - performance.now());
    this.#timer = setTimeout(() => this.#publish(), wait);
  };

  destroy(): void {
    clearTimeout(this.#timer);
    this.#view.dom.removeEventListener('focus', this.update);
    if (this.#published && this.#awareness.getLocalState())
      this.#awareness.setLocalStateField('cursor', null);
  }

  #publish(): void {
    this.#timer = undefined;
    const selection = sharedSelection(this.#view.state);
    if (!selection || (this.#published && sameSelection(selection, this.#published))) return;
    this.#published = selection;
    this.#last = performance.now();
    this.#awareness.setLocalStateField('cursor', {
      anchor: Y.relativePositionToJSON(selection.anchor) as unknown,
      head: Y.relativePositionToJSON(selection.head) as unknown,
    });
  }
}

interface CaretPlace {
  readonly selection: SharedSelection;
  readonly anchor: number;
  readonly head: number;
}

interface Caret {
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  range: { readonly highlight: Highlight; readonly range: Range } | null;
  width: number;
  place: CaretLabel;
  selection: SharedSelection | null;
  key: string;
  fade: ReturnType<typeof setTimeout> | undefined;
}

/** Draws other people's carets; all layout reads are batched before the frame is painted. */
class CaretLayer {
  readonly #view: EditorView;
  readonly #awareness: Awareness;
  readonly #layer: HTMLElement;
  readonly #resize: ResizeObserver;
  readonly #carets = new Map<number, Caret>();
  #frame: number | undefined;
  #state: 'still' | 'following' | 'over' = 'still';

  constructor(view: EditorView, awareness: Awareness, layer: HTMLElement) {
    this.#view = view;
    this.#awareness = awareness;
    this.#layer = layer;
    awareness.on('change', this.#others);
    this.#resize = new ResizeObserver(this.schedule);
    this.#resize.observe(view.dom);
    view.dom.addEventListener('pointermove', this.#hover);
    this.schedule();
  }

  readonly schedule = (): void => {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  };

  /**
   * Ignores this tab's own caret: the browser draws it, and in a long document an extra frame costs
   * more than a keystroke.
   */
  readonly #others = (change: Record<'added' | 'updated' | 'removed', number[]>): void => {
    const { clientID } = this.#awareness;
    const clients = [...change.added, ...change.updated, ...change.removed];
    if (clients.some((client) => client !== clientID)) this.schedule();
  };

  /**
   * Updates after a text change without requesting a frame, which would double the cost of a
   * keystroke.
   */
  follow(): void {
    if (this.#state !== 'still') return;
    this.#state = 'following';
    queueMicrotask(() => {
      if (this.#state === 'over') return;
      this.#state = 'still';
      this.#draw();
    });
  }

  destroy(): void {
    this.#state = 'over';
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#awareness.off('change', this.#others);
    this.#resize.disconnect();
    this.#view.dom.removeEventListener('pointermove', this.#hover);
    for (const client of [...this.#carets.keys()]) this.#remove(client);
  }

  #draw(): void {
    const seen = new Set<number>();
    const origin = this.#layer.getBoundingClientRect();
    for (const [client, state] of this.#awareness.getStates()) {
      const person = client === this.#awareness.clientID ? null : readPerson(state);
      const place = person && this.#placeOf(client, person);
      if (!person || !place) continue;
      seen.add(client);
      this.#drawPerson(client, person, place, origin);
    }
    for (const client of [...this.#carets.keys()]) if (!seen.has(client)) this.#remove(client);
    this.#placeLabels(origin.width);
  }

  /** Visible names are placed first; hovering shows the others beside them. */
  #placeLabels(layerWidth: number): void {
    const shown = [...this.#carets.values()].toSorted((a, b) => rankOf(a) - rankOf(b));
    for (const caret of shown) caret.width ||= caret.label.offsetWidth;
    const labels = shown.map(({ place, width }) => ({ ...place, width }));
    for (const [index, { x, y }] of placeLabels(labels, layerWidth).entries())
      shown[index]!.label.style.translate = x === 0 && y === 0 ? '' : `${x}px ${y}px`;
  }

  /** A caret may arrive before the text that it refers to; until then it stays in place. */
  #placeOf(client: number, { selection }: Person): CaretPlace | null {
    const drawn = this.#carets.get(client)?.selection;
    return this.#resolve(selection) ?? (drawn ? this.#resolve(drawn) : null);
  }

  #resolve(selection: SharedSelection): CaretPlace | null {
    const anchor = resolveShared(this.#view.state, selection.anchor);
    const head = resolveShared(this.#view.state, selection.head);
    return anchor === null || head === null ? null : { selection, anchor, head };
  }

  #drawPerson(client: number, person: Person, place: CaretPlace, origin: DOMRect): void {
    let caret = this.#carets.get(client);
    if (!caret) this.#carets.set(client, (caret = createCaret(this.#layer)));
    const { left, top, bottom } = this.#view.coordsAtPos(place.head);
    const { element, label } = caret;
    const x = left - origin.left;
    const y = top - origin.top;
    const side = x > origin.width / 2 ? 'left' : 'right';
    element.style.transform = `translate(${x}px, ${y}px)`;
    element.style.height = `${bottom - top}px`;
    element.dataset['color'] = String(person.color);
    element.toggleAttribute('data-flip', side === 'left');
    if (label.textContent !== person.name) {
      label.textContent = person.name;
      caret.width = 0;
    }
    caret.place = { left: x, top: y, bottom: y + bottom - top, width: caret.width, side };
    caret.selection = place.selection;
    this.#drawSelection(caret, person.color, place);
    if (caret.key !== person.key) announce(caret, person.key);
  }

  #drawSelection(caret: Caret, color: number, { anchor, head }: CaretPlace): void {
    caret.range?.highlight.delete(caret.range.range);
    caret.range = null;
    if (anchor === head || typeof Highlight === 'undefined') return;
    const start = this.#view.domAtPos(Math.min(anchor, head), 1);
    const end = this.#view.domAtPos(Math.max(anchor, head), -1);
    const range = new Range();
    range.setStart(start.node, start.offset);
    range.setEnd(end.node, end.offset);
    const highlight = highlightOf(`person-${color}`);
    highlight.add(range);
    caret.range = { highlight, range };
  }

  #remove(client: number): void {
    const caret = this.#carets.get(client);
    if (!caret) return;
    clearTimeout(caret.fade);
    caret.range?.highlight.delete(caret.range.range);
    caret.element.remove();
    this.#carets.delete(client);
  }

  readonly #hover = ({ clientX, clientY }: PointerEvent): void => {
    for (const { element } of this.#carets.values()) {
      const { left, top, bottom } = element.getBoundingClientRect();
      const near =
        Math.abs(clientX - left) <= CURSOR_HOVER_PX && clientY >= top && clientY <= bottom;
      element.toggleAttribute('data-hover', near);
    }
  };
}

function createCaret(layer: HTMLElement): Caret {
  const element = document.createElement('div');
  element.className = 'person-caret';
  const label = document.createElement('span');
  label.className = 'person-label';
  element.append(label);
  layer.append(element);
  return {
    element,
    label,
    range: null,
    width: 0,
    place: { left: 0, top: 0, bottom: 0, width: 0, side: 'right' },
    selection: null,
    key: '',
    fade: undefined,
  };
}

function rankOf({ element }: Caret): number {
  return element.hasAttribute('data-moved') ? 0 : 1;
}

function announce(caret: Caret, key: string): void {
  caret.key = key;
  caret.element.setAttribute('data-moved', '');
  clearTimeout(caret.fade);
  caret.fade = setTimeout(() => caret.element.removeAttribute('data-moved'), CURSOR_LABEL_MS);
}

function sameSelection(a: SharedSelection, b: SharedSelection): boolean {
  return (
    Y.compareRelativePositions(a.anchor, b.anchor) && Y.compareRelativePositions(a.head, b.head)
  );
}
