import { toggleMark } from '@tiptap/pm/commands';
import type { EditorView } from '@tiptap/pm/view';
import {
  Bold,
  ClipboardCopy,
  Code,
  Italic,
  Link,
  MessageSquarePlus,
  type LucideIcon,
  Strikethrough,
} from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from '../translation/translation.ts';
import { toast } from '../components/toast.ts';
import { BLOCK_ITEMS } from './block-menu.ts';
import { markdownOf } from './clipboard/copied-markdown.ts';
import { copyText } from '../components/copy-button.tsx';
import { Floating } from './floating.tsx';
import type { LinkEditor } from './link-editor.ts';
import { type Observable, useObservable } from '../runtime/observable.ts';
import { selectionAnchor, type SelectionState } from './selection-state.ts';

export interface SelectionToolbarProps {
  readonly view: EditorView;
  readonly selection: Observable<SelectionState>;
  readonly links: LinkEditor;
  readonly editable: boolean;
  readonly onComment: (() => void) | null;
}

const MARKS: readonly (readonly ['bold' | 'italic' | 'strike' | 'code', LucideIcon])[] = [
  ['bold', Bold],
  ['italic', Italic],
  ['strike', Strikethrough],
  ['code', Code],
];

/** Actions on the selected text, shown above it. Alt+F10 moves the focus there, Escape back. */
export function SelectionToolbar(props: SelectionToolbarProps): ReactNode {
  const { text } = useObservable(props.selection);
  const { kind } = useObservable(props.links.card);
  const [focused, setFocused] = useState(true);
  const { view, editable } = props;
  useEffect(() => {
    const update = (): void =>
      setFocused(view.hasFocus() || document.activeElement?.closest('.selection-toolbar') != null);
    const later = (): void => void setTimeout(update);
    document.addEventListener('focusin', update);
    document.addEventListener('focusout', later);
    return () => {
      document.removeEventListener('focusin', update);
      document.removeEventListener('focusout', later);
    };
  }, [view]);
  return text && (focused || !editable) && kind !== 'editing' ? <OpenToolbar {...props} /> : null;
}

function OpenToolbar({
  view,
  selection,
  links,
  editable,
  onComment,
}: SelectionToolbarProps): ReactNode {
  const { t } = useTranslation();
  const state = useObservable(selection);
  const toolbar = useRef<HTMLDivElement>(null);
  const anchor = useCallback(() => selectionAnchor(view), [view]);

  useEffect(() => {
    const enter = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'F10' || !event.altKey) return;
      event.preventDefault();
      toolbar.current?.querySelector<HTMLElement>('button, select')?.focus();
    };
    view.dom.addEventListener('keydown', enter);
    return () => view.dom.removeEventListener('keydown', enter);
  }, [view]);

  const copyMarkdown = async (): Promise<void> => {
    // A toast, because a copy has no visible effect.
    if (await copyText(() => markdownOf(view.state))) toast(t('copied'));
    else toast.error(t('copyFailed'));
  };

  const keyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') view.focus();
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const controls = [...(toolbar.current?.querySelectorAll<HTMLElement>('button, select') ?? [])];
    const at = controls.indexOf(document.activeElement as HTMLElement);
    controls[(at + step + controls.length) % controls.length]?.focus();
  };

  return (
    <Floating
      ref={toolbar}
      anchor={anchor}
      // Phones show their own menu above.
      side={matchMedia('(pointer: coarse)').matches ? 'below' : 'above'}
      className="selection-toolbar"
      attributes={{
        role: 'toolbar',
        'aria-label': t('editor.toolbar.label'),
        onKeyDown: keyDown,
        onMouseDown: keepSelection,
      }}
    >
      {editable && (
        <>
          <select
            aria-label={t('editor.toolbar.block')}
            value={state.block}
            onChange={(event) => {
              BLOCK_ITEMS.find(({ id }) => id === event.target.value)?.command(
                view.state,
                view.dispatch,
                view,
              );
              view.focus();
            }}
          >
            {BLOCK_ITEMS.filter(({ id }) => id !== 'divider').map(({ id }) => (
              <option key={id} value={id}>
                {t(`editor.slash.${id}`)}
              </option>
            ))}
          </select>
          <span className="gap" aria-hidden />
          {MARKS.map(([mark, Icon]) => (
            <button
              key={mark}
              type="button"
              tabIndex={-1}
              aria-label={t(`editor.toolbar.${mark}`)}
              title={t(`editor.toolbar.${mark}`)}
              aria-pressed={state[mark]}
              onClick={() => toggleMark(view.state.schema.marks[mark]!)(view.state, view.dispatch)}
            >
              <Icon size={16} aria-hidden />
            </button>
          ))}
          <button
            type="button"
            tabIndex={-1}
            aria-label={t('editor.toolbar.link')}
            title={t('editor.toolbar.link')}
            aria-pressed={state.link}
            onClick={() => links.edit(view)}
          >
            <Link size={16} aria-hidden />
          </button>
        </>
      )}
      {onComment !== null && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={t('editor.toolbar.comment')}
          title={t('editor.toolbar.comment')}
          onClick={onComment}
        >
          <MessageSquarePlus size={16} aria-hidden />
        </button>
      )}
      <button
        type="button"
        tabIndex={-1}
        aria-label={t('editor.toolbar.copyMarkdown')}
        title={t('editor.toolbar.copyMarkdown')}
        onClick={() => void copyMarkdown()}
      >
        <ClipboardCopy size={16} aria-hidden />
      </button>
    </Floating>
  );
}

/** Keeps selection and focus when a button is pressed; a `select` needs the press. */
function keepSelection(event: React.MouseEvent): void {
  if (!(event.target instanceof HTMLSelectElement)) event.preventDefault();
}
