import { Plugin } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

/**
 * Browsers move the selection immediately but report it later, in a separate task. A remote change
 * or key in between would act on the editor's outdated selection, or reset the browser's. This
 * module reads the browser's state before that happens. Compositions are left alone, because the
 * input method owns text and selection until it ends.
 */

/** The DOM observer of prosemirror-view, which its types do not include. */
interface DomObserver {
  flush(): void;
  forceFlush(): void;
}

/**
 * Reads the browser's text and selection. May dispatch a document change, so never call it in a Yjs
 * transaction: Yjs would count that change as remote and never send it.
 */
export function readPendingInput(view: EditorView): void {
  const observer = readableObserver(view);
  if (!observer) return;
  observer.forceFlush();
  observer.flush();
}

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

function readableObserver(view: EditorView): DomObserver | undefined {
  if (view.isDestroyed || view.composing) return undefined;
  return (view as unknown as { readonly domObserver?: DomObserver }).domObserver;
}
