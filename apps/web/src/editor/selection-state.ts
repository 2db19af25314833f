import type { MarkType } from '@tiptap/pm/model';
import { type EditorState, Plugin, TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import type { BlockItemId } from './block-menu.ts';
import { Observable } from '../runtime/observable.ts';

/**
 * The selection as toolbars need it. Equal states are identical, so that typing does not rerender
 * toolbars.
 */
export interface SelectionState {
  readonly text: boolean;
  readonly block: BlockItemId;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly strike: boolean;
  readonly code: boolean;
  readonly link: boolean;
}

const NO_SELECTION: SelectionState = {
  text: false,
  block: 'text',
  bold: false,
  italic: false,
  strike: false,
  code: false,
  link: false,
};

export function selectionObservable(): Observable<SelectionState> {
  return new Observable(NO_SELECTION, (a, b) =>
    (Object.keys(a) as (keyof SelectionState)[]).every((key) => a[key] === b[key]),
  );
}

export function selectionState(selection: Observable<SelectionState>): Plugin {
  return new Plugin({
    view(view) {
      let selecting = false;
      const update = (): void =>
        selection.set({ ...readSelection(view.state), ...(selecting && { text: false }) });
      const down = (): void => {
        selecting = true;
        update();
      };
      const up = (): void => {
        if (!selecting) return;
        selecting = false;
        // Browsers report a click's selection only after the button is up.
        setTimeout(() => view.isDestroyed || update());
      };
      view.dom.addEventListener('pointerdown', down);
      document.addEventListener('pointerup', up);
      document.addEventListener('pointercancel', up);
      return {
        update,
        destroy() {
          view.dom.removeEventListener('pointerdown', down);
          document.removeEventListener('pointerup', up);
          document.removeEventListener('pointercancel', up);
        },
      };
    },
  });
}

function readSelection(state: EditorState): SelectionState {
  const { selection, schema } = state;
  const { $from, $to, from, to, empty } = selection;
  const active = (type: MarkType): boolean =>
    empty
      ? Boolean(type.isInSet(state.storedMarks ?? $from.marks()))
      : state.doc.rangeHasMark(from, to, type);
  const inCode = $from.parent.type.spec.code || $to.parent.type.spec.code;
  return {
    text:
      selection instanceof TextSelection &&
      !empty &&
      !inCode &&
      state.doc.textBetween(from, to, ' ').trim() !== '',
    block: blockAt(state),
    bold: active(schema.marks['bold']!),
    italic: active(schema.marks['italic']!),
    strike: active(schema.marks['strike']!),
    code: active(schema.marks['code']!),
    link: active(schema.marks['link']!),
  };
}

function blockAt({ selection: { $from } }: EditorState): BlockItemId {
  if ($from.parent.type.spec.code) return 'code';
  const { list, kind } = $from.parent.attrs as {
    list?: BlockItemId | null;
    kind?: BlockItemId | null;
  };
  if (list ?? kind) return (list ?? kind)!;
  for (let depth = $from.depth; depth > 0; depth--)
    if ($from.node(depth).type.name === 'quote') return 'quote';
  return 'text';
}

export function selectionAnchor(view: EditorView): { left: number; top: number; bottom: number } {
  const { from, to } = view.state.selection;
  const start = view.coordsAtPos(from, 1);
  const end = view.coordsAtPos(to, -1);
  return { left: Math.min(start.left, end.left), top: start.top, bottom: end.bottom };
}
