import { Plugin } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

/**
 * The browser moves its selection at once and reports it later, in a task of its own. What arrives in between, a
 * remote change or the next key of a busy page, finds the editor with the old selection and would act there, or put
 * the browser's selection back. This reads what the browser already knows before that happens. It leaves a
 * composition alone: the text and the selection belong to the input method until it ends.
 */

/** The part of prosemirror-view that takes in changes of the DOM and its selection. It is not in its types. */
interface DomObserver {
  flush(): void;
  forceFlush(): void;
}

/**
 * Reads the browser's text and selection. May dispatch a change of the document, so never call it within a Yjs
 * transaction: Yjs would count that change as a part of the remote one, which is never sent.
 */
export function readPendingInput(view: EditorView): void {
  const observer = readableObserver(view);
  if (!observer) return;
  observer.forceFlush();
  observer.flush();
}

/** Makes keys, clipboard commands and presses on toolbars act on the selection that the person sees. */
export function pendingInput(): Plugin {
  const read = (view: EditorView): boolean => {
    readPendingInput(view);
    return false;
  };
  return new Plugin({
    props: {
      handleDOMEvents: {
        keydown: read,
        beforeinput: read,
        copy: read,
        cut: read,
        paste: read,
      },
    },
    view(view) {
      const press = (): void => readPendingInput(view);
      document.addEventListener('pointerdown', press, { capture: true });
      return {
        destroy: () => document.removeEventListener('pointerdown', press, { capture: true }),
      };
    },
  });
}

/** Undefined while an input method composes, and for a view without a DOM. */
function readableObserver(view: EditorView): DomObserver | undefined {
  if (view.isDestroyed || view.composing) return undefined;
  return (view as unknown as { readonly domObserver?: DomObserver }).domObserver;
}
