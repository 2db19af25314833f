import type * as Y from 'yjs';
import { gapCursor } from '@tiptap/pm/gapcursor';
import { EditorState, type Plugin, Selection, type Transaction } from '@tiptap/pm/state';
import { type EditorProps, EditorView } from '@tiptap/pm/view';
import { Deferred } from '../components/deferred.tsx';
import type { Translate } from '../translation/translation.ts';
import type { Awareness } from 'y-protocols/awareness';
import { binding, isRemote, sharedSelection } from './binding/binding.ts';
import { blockIds } from './block-ids.ts';
import { BLOCK_ITEMS, fileItems, pasteMarkdownItem, searchItems } from './block-menu.ts';
import {
  clipboard,
  type ClipboardProblem,
  pasteMarkdownFromClipboard,
} from './clipboard/clipboard.ts';
import { codeViews } from './code-view.ts';
import type { EditorFiles } from './files/editor-files.ts';
import { fileViews } from './files/file-view.ts';
import { pastedFiles } from './files/pasted-files.ts';
import { inputRules } from './input-rules.ts';
import { editorKeys } from './keymap.ts';
import { laterView } from './later-view.ts';
import { keepSections } from './keep-sections.ts';
import { LinkEditor } from './link-editor.ts';
import { linkItems } from './link-targets.ts';
import { listNumbers } from './list-numbers.ts';
import { longDocument, sectionStyle } from './section-style.ts';
import { Observable } from '../runtime/observable.ts';
import { pendingInput } from './pending-input.ts';
import { emptyNote, placeholder } from './placeholder.ts';
import { editorSchema } from './sections.ts';
import { selectionObservable, selectionState, type SelectionState } from './selection-state.ts';
import { sameMenu, slashCommand, type SlashMenu } from './slash-command.ts';
import { textBlockViews } from './text-block-view.ts';
import { TypingSignal } from '../runtime/typing-signal.ts';
import { applyAnchored } from './scroll-anchor.ts';
import { writeBelow } from './write-below.ts';

const carets = new Deferred(() => import('./people-carets.ts'), { preload: 'at once' });
const drops = new Deferred(() => import('./drop-cursor.ts'));

export interface EditorOptions {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly element: HTMLElement;
  readonly caretLayer: HTMLElement;
  readonly editable: boolean;
  readonly label: string;
  readonly t: Translate;
  readonly onTyping: (active: boolean) => void;
  readonly onClipboardProblem: (problem: ClipboardProblem) => void;
  readonly files: EditorFiles;
  readonly onTooManyFiles: () => void;
}

export interface MountedEditor {
  readonly view: EditorView;
  readonly slash: Observable<SlashMenu | null>;
  readonly selection: Observable<SelectionState>;
  readonly links: LinkEditor;
  readonly focusStart: () => void;
  readonly setLabel: (label: string) => void;
  readonly setEditable: (editable: boolean) => void;
  readonly destroy: () => void;
}

export function createEditor(options: EditorOptions): MountedEditor {
  const { t } = options;
  const slash = new Observable<SlashMenu | null>(null, sameMenu);
  const selection = selectionObservable();
  const links = new LinkEditor();
  const typing = new TypingSignal(options.onTyping);

  const takeFiles = async (view: EditorView, chosen: readonly File[]): Promise<void> => {
    const at = view.state.selection.empty ? sharedSelection(view.state) : null;
    const { insertFiles } = await import('./files/insert-files.ts');
    const outcome = await insertFiles(view, { files: options.files, chosen, at });
    if (outcome === 'too-many') options.onTooManyFiles();
  };
  const pickFiles = async (view: EditorView, accept: string): Promise<void> => {
    const chosen = await choose(accept);
    if (chosen.length > 0) await takeFiles(view, chosen);
  };

  const slashItems = [
    ...BLOCK_ITEMS,
    ...fileItems((view, accept) => void pickFiles(view, accept)),
    pasteMarkdownItem((view) => void pasteMarkdownFromClipboard(view, options.onClipboardProblem)),
  ];

  let shown: Shown = options;
  // The first plugin that handles an event keeps it from those after it.
  const plugins: readonly Plugin[] = [
    binding(options.doc),
    pendingInput(),
    slashCommand({
      search: (sign, query) =>
        sign === '/' ? searchItems(slashItems, query, t) : linkItems(query),
      menu: slash,
    }),
    links.plugin(),
    selectionState(selection),
    clipboard(
      editorSchema,
      options.onClipboardProblem,
      (view, chosen) => void takeFiles(view, chosen),
    ),
    textBlockViews(),
    codeViews(t),
    fileViews(options.files),
    pastedFiles(options.files),
    placeholder(t('editor.placeholder')),
    emptyNote(t('editor.empty'), () => shown.editable),
    longDocument(),
    keepSections(),
    sectionStyle(),
    listNumbers(),
    writeBelow(),
    laterView(carets, ({ drawPeopleCarets }, view) =>
      drawPeopleCarets(view, options.awareness, options.caretLayer),
    ),
    // Before the keys: the word is checked before Enter ends its block.
    inputRules(),
    ...editorKeys(editorSchema, () => links.edit(view)),
    gapCursor(),
    laterView(drops, ({ drawDropCursor }, view) => drawDropCursor(view)),
    blockIds(),
  ];
  const view: EditorView = new EditorView(options.element, {
    state: EditorState.create({ schema: editorSchema, plugins }),
    ...propsFor(shown),
    dispatchTransaction(this: EditorView, transaction) {
      if (this.isDestroyed) return;
      applyAnchored(this, transaction, () => {
        const { state, transactions } = this.state.applyTransaction(transaction);
        this.updateState(state);
        if (transactions.some(isOwnChange)) typing.touch();
      });
    },
  });
  hideFromReact(view.dom);
  const show = (change: Partial<Shown>) => {
    shown = { ...shown, ...change };
    view.setProps(propsFor(shown));
  };
  return {
    view,
    slash,
    selection,
    links,
    focusStart() {
      view.dispatch(view.state.tr.setSelection(Selection.atStart(view.state.doc)));
      view.focus();
    },
    setLabel: (label) => show({ label }),
    setEditable(editable) {
      // Blur explicitly: the browser does so a frame later, by which time the text may be editable
      // again.
      if (!editable) view.dom.blur();
      show({ editable });
      for (const control of view.dom.querySelectorAll<HTMLInputElement | HTMLSelectElement>(
        'input, select',
      ))
        control.disabled = !editable;
    },
    destroy() {
      typing.stop();
      view.destroy();
    },
  };
}

/**
 * Hides the editor's focus from React, which saves the selection of a focused element with
 * `contentEditable` "true" at each commit by walking all of its text, even for a change in the
 * header. The editor manages its own selection.
 */
function hideFromReact(element: HTMLElement): void {
  Object.defineProperty(element, 'contentEditable', { get: () => 'inherit' });
}

/** Asks the person for files, which browsers allow only within a press. */
function choose(accept: string): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.accept = accept;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

type Shown = Pick<EditorOptions, 'label' | 'editable'>;

function isOwnChange(tr: Transaction): boolean {
  return tr.docChanged && !isRemote(tr) && tr.getMeta('addToHistory') !== false;
}

function propsFor({ label, editable }: Shown): EditorProps {
  const attributes = {
    ...(editable && { tabindex: '0' }),
    role: 'textbox',
    'aria-multiline': 'true',
    'aria-label': label,
    'aria-readonly': String(!editable),
    'aria-autocomplete': 'list',
  };
  return { editable: () => editable, attributes: { ...attributes, class: 'page-text' } };
}
