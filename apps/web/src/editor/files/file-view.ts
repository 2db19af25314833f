import { type EditorState, NodeSelection, Plugin } from '@tiptap/pm/state';
import type { Node } from '@tiptap/pm/model';
import type { EditorView, NodeView } from '@tiptap/pm/view';

import { Observable } from '../../runtime/observable.ts';
import type { EditorFiles } from './editor-files.ts';

/**
 * Images and files in the text. The page reserves their place at once; the code that shows and changes them is
 * loaded with the first one.
 */

/** What a block's controls show. */
export interface ShownFile {
  readonly node: Node;
  readonly isSelected: boolean;
  readonly isEditable: boolean;
}

export interface FileBlockContext {
  readonly view: EditorView;
  readonly getPos: () => number | undefined;
  readonly files: EditorFiles;
  readonly shown: Observable<ShownFile>;
}

const FILE_NODES: readonly string[] = ['image', 'file'];

const CONTROLS = 'button, input, a, [role=slider], dialog';

export function fileViews(files: EditorFiles): Plugin {
  const open = new Set<FileView>();
  const create = (node: Node, view: EditorView, getPos: () => number | undefined): FileView => {
    const fileView = new FileView({ node, view, getPos, files }, () => open.delete(fileView));
    open.add(fileView);
    return fileView;
  };
  return new Plugin({
    props: {
      nodeViews: Object.fromEntries(FILE_NODES.map((name) => [name, create])),
      // Tab changes the indent of text; in a selected image it leads to the image's controls.
      handleKeyDown(view, event) {
        if (event.key !== 'Tab' || event.shiftKey || selectedFile(view.state) === null)
          return false;
        const block = view.nodeDOM(view.state.selection.from);
        const control =
          block instanceof Element ? block.querySelector<HTMLElement>(CONTROLS) : null;
        control?.focus();
        return control !== null;
      },
    },
    view: () => ({
      update(view) {
        for (const fileView of open) fileView.setEditable(view.editable);
      },
    }),
  });
}

function selectedFile({ selection }: EditorState): Node | null {
  return selection instanceof NodeSelection && FILE_NODES.includes(selection.node.type.name)
    ? selection.node
    : null;
}

interface FileViewOptions extends Omit<FileBlockContext, 'shown'> {
  readonly node: Node;
}

class FileView implements NodeView {
  readonly dom = document.createElement('figure');
  readonly #shown: Observable<ShownFile>;
  readonly #onDestroyed: () => void;
  #unmount: (() => void) | null = null;
  #isDestroyed = false;

  constructor({ node, ...context }: FileViewOptions, onDestroyed: () => void) {
    const { view } = context;
    this.#onDestroyed = onDestroyed;
    this.#shown = new Observable<ShownFile>({
      node,
      isSelected: false,
      isEditable: view.editable,
    });
    this.dom.className = `file-block file-block-${node.type.name}`;
    this.dom.contentEditable = 'false';
    this.#reserve(node);
    void import('./file-block.tsx').then(({ mountFileBlock }) => {
      if (!this.#isDestroyed)
        this.#unmount = mountFileBlock(this.dom, { ...context, shown: this.#shown });
    });
  }

  update(node: Node): boolean {
    const shown = this.#shown.get();
    if (node.type !== shown.node.type) return false;
    this.#shown.set({ ...shown, node });
    return true;
  }

  selectNode(): void {
    this.dom.classList.add('file-block-selected');
    this.#shown.set({ ...this.#shown.get(), isSelected: true });
  }

  deselectNode(): void {
    this.dom.classList.remove('file-block-selected');
    this.#shown.set({ ...this.#shown.get(), isSelected: false });
  }

  setEditable(isEditable: boolean): void {
    const shown = this.#shown.get();
    if (shown.isEditable !== isEditable) this.#shown.set({ ...shown, isEditable });
  }

  stopEvent(event: Event): boolean {
    return event.target instanceof Element && event.target.closest(CONTROLS) !== null;
  }

  ignoreMutation(): boolean {
    return true;
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#onDestroyed();
    // React must not unmount while it renders.
    const unmount = this.#unmount;
    if (unmount !== null) setTimeout(unmount);
  }

  /** So that the text below does not jump when the image comes. */
  #reserve({ attrs }: Node): void {
    const { width, height, displayWidth } = attrs as Record<string, number | null>;
    if (!width || !height) return;
    const place = document.createElement('div');
    place.className = 'file-frame';
    place.style.width = `${displayWidth ?? width}px`;
    place.style.aspectRatio = `${width} / ${height}`;
    this.dom.append(place);
  }
}
