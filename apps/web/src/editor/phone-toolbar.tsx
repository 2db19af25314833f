import { toggleMark } from '@tiptap/pm/commands';
import type { Command } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { Bold, Heading, Italic, List, ListTodo, Plus, Undo2 } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { undo } from './binding/binding.ts';
import { setKind, toggleList } from './block-commands.ts';
import { type Observable, useObservable } from '../runtime/observable.ts';
import type { SelectionState } from './selection-state.ts';

export function PhoneToolbar({
  view,
  selection,
}: {
  view: EditorView;
  selection: Observable<SelectionState>;
}): ReactNode {
  const { t } = useTranslation();
  const { block, bold, italic } = useObservable(selection);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!viewport) return;
    const rise = (): void => {
      const hidden = Math.max(0, window.innerHeight - viewport.height - viewport.offsetTop);
      bar.current?.style.setProperty(
        'transform',
        hidden > 0 ? `translateY(${-Math.round(hidden)}px)` : '',
      );
    };
    viewport.addEventListener('resize', rise);
    viewport.addEventListener('scroll', rise);
    return () => {
      viewport.removeEventListener('resize', rise);
      viewport.removeEventListener('scroll', rise);
    };
  }, []);

  const run = (command: Command) => (): void => {
    command(view.state, view.dispatch, view);
    view.focus();
  };
  const { marks } = view.state.schema;
  const insert: Command = (state, dispatch) => {
    const { $from } = state.selection;
    const before = $from.parent.textBetween(
      Math.max(0, $from.parentOffset - 1),
      $from.parentOffset,
    );
    dispatch?.(state.tr.insertText(/\S/.test(before) ? ' /' : '/'));
    return true;
  };
  return (
    // A press must not take the focus, which would close the keyboard.
    <div
      ref={bar}
      className="phone-toolbar"
      role="toolbar"
      aria-label={t('editor.phone.label')}
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
    >
      <Key
        label={t('editor.slash.task')}
        pressed={block === 'task'}
        run={run(toggleList('task'))}
        icon={<ListTodo />}
      />
      <Key
        label={t('editor.phone.heading')}
        pressed={block.startsWith('heading')}
        run={run(nextHeading(block))}
        icon={<Heading />}
      />
      <Key
        label={t('editor.slash.bullet')}
        pressed={block === 'bullet'}
        run={run(toggleList('bullet'))}
        icon={<List />}
      />
      <Key
        label={t('editor.toolbar.bold')}
        pressed={bold}
        run={run(toggleMark(marks['bold']!))}
        icon={<Bold />}
      />
      <Key
        label={t('editor.toolbar.italic')}
        pressed={italic}
        run={run(toggleMark(marks['italic']!))}
        icon={<Italic />}
      />
      <Key label={t('editor.phone.insert')} run={run(insert)} icon={<Plus />} />
      <Key label={t('editor.phone.undo')} run={run(() => undo(view))} icon={<Undo2 />} />
    </div>
  );
}

function Key({
  label,
  pressed,
  run,
  icon,
}: {
  label: string;
  pressed?: boolean;
  run: () => void;
  icon: ReactNode;
}): ReactNode {
  return (
    <button type="button" aria-label={label} aria-pressed={pressed} onClick={run}>
      {icon}
    </button>
  );
}

function nextHeading(block: string): Command {
  if (block === 'heading1') return setKind('heading2');
  if (block === 'heading2') return setKind('heading3');
  return setKind(block === 'heading3' ? null : 'heading1');
}
