import { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import { isComposing } from '../components/keyboard.ts';
import { LINK_HOVER_MS } from './limits.ts';
import { linkAt, type LinkRange, linkTarget } from './link-commands.ts';
import { Observable } from '../runtime/observable.ts';

export type LinkCard =
  | { readonly kind: 'closed' }
  | { readonly kind: 'shown'; readonly link: LinkRange; readonly by: 'caret' | 'pointer' }
  /**
   * The edited range is the selection, which follows remote changes; an empty range also needs
   * words.
   */
  | { readonly kind: 'editing'; readonly href: string; readonly asksForWords: boolean };

const CLOSED: LinkCard = { kind: 'closed' };
const linkKey = new PluginKey<boolean>('link-editor');

export class LinkEditor {
  readonly card = new Observable<LinkCard>(CLOSED, sameCard);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAtCaret = false;

  plugin(): Plugin<boolean> {
    return new Plugin<boolean>({
      key: linkKey,
      state: {
        init: () => false,
        apply: (tr, editing) => (tr.getMeta(linkKey) as boolean | undefined) ?? editing,
      },
      props: {
        // Browsers hide the text selection while the address field has the focus.
        decorations: (state) => {
          const { from, to } = state.selection;
          return linkKey.getState(state)
            ? DecorationSet.create(state.doc, [
                Decoration.inline(from, to, { class: 'link-target' }),
              ])
            : null;
        },
        handleKeyDown: (_view, event) => {
          if (event.key === 'Escape' && !isComposing(event)) this.card.set(CLOSED);
          return false;
        },
        handleDOMEvents: {
          click: (view, event) => follow(view, event),
          mouseover: (view, event) => this.#over(view, event),
          mouseout: () => {
            this.leave();
            return false;
          },
        },
      },
      view: (view) => {
        const update = (): void => this.#update(view);
        view.dom.addEventListener('blur', update);
        return {
          update,
          destroy: () => {
            clearTimeout(this.#timer);
            view.dom.removeEventListener('blur', update);
            this.card.set(CLOSED);
          },
        };
      },
    });
  }

  edit(view: EditorView, link: LinkRange | null = linkTarget(view.state)): void {
    const { tr, doc, selection } = view.state;
    this.#isAtCaret = selection.empty;
    if (link) tr.setSelection(TextSelection.create(doc, link.from, link.to));
    const { empty, $from } = tr.selection;
    if (!view.editable || !$from.parent.inlineContent || $from.parent.type.spec.code) return;
    view.dispatch(tr.setMeta(linkKey, true));
    this.card.set({ kind: 'editing', href: link?.href ?? '', asksForWords: empty });
  }

  close(view: EditorView): void {
    if (linkKey.getState(view.state)) {
      const { tr, doc, selection } = view.state;
      if (this.#isAtCaret) tr.setSelection(TextSelection.create(doc, selection.to));
      view.dispatch(tr.setMeta(linkKey, false));
    }
    this.card.set(CLOSED);
    view.focus();
  }

  stay(): void {
    clearTimeout(this.#timer);
  }

  leave(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const card = this.card.get();
      if (card.kind === 'shown' && card.by === 'pointer') this.card.set(CLOSED);
    }, LINK_HOVER_MS);
  }

  #over(view: EditorView, event: Event): boolean {
    const element = (event.target as Element).closest('a');
    if (!element || this.card.get().kind === 'editing') return false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const link = element.isConnected
        ? linkAt(view.state.doc.resolve(view.posAtDOM(element, 0)))
        : null;
      if (link) this.card.set({ kind: 'shown', link, by: 'pointer' });
    }, LINK_HOVER_MS);
    return false;
  }

  #update(view: EditorView): void {
    const card = this.card.get();
    if (card.kind === 'editing') return;
    const { empty, $from } = view.state.selection;
    const link = empty && view.hasFocus() ? linkAt($from) : null;
    if (link && $from.pos > link.from && $from.pos < link.to)
      this.card.set({ kind: 'shown', link, by: 'caret' });
    else if (card.kind === 'shown' && card.by === 'caret') this.card.set(CLOSED);
  }
}

/** A click follows a link in read-only text; editable text needs Mod+click. */
function follow(view: EditorView, event: MouseEvent): boolean {
  const link = (event.target as Element).closest('a');
  if (!link || (view.editable && !event.metaKey && !event.ctrlKey)) return false;
  event.preventDefault();
  window.open(link.href, '_blank', 'noopener,noreferrer');
  return true;
}

function sameCard(a: LinkCard, b: LinkCard): boolean {
  if (a.kind === 'shown' && b.kind === 'shown') {
    return (
      a.by === b.by &&
      a.link.from === b.link.from &&
      a.link.to === b.link.to &&
      a.link.href === b.link.href
    );
  }
  return a === b || (a.kind === 'closed' && b.kind === 'closed');
}
