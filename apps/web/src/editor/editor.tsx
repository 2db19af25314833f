import { toMarkdown } from '@tandem/document/markdown';
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Awareness } from 'y-protocols/awareness';
import { toast } from 'sonner';
import type * as Y from 'yjs';

import { redo, restore, undo } from './binding/binding.ts';
import { createEditor, type MountedEditor } from './create-editor.ts';
import './editor.css';
import type { EditorFiles } from './files/editor-files.ts';
import { LinkCard } from './link-card.tsx';
import { guardPage } from './page-guard.ts';
import { PhoneToolbar } from './phone-toolbar.tsx';
import { SelectionToolbar } from './selection-toolbar.tsx';
import { SlashMenu } from './slash-menu.tsx';

export interface EditorProps {
  /** The editor is bound to one document: change its `key` to switch documents. */
  readonly doc: Y.Doc;
  /** The server sets `user: { id, name, color }` in the states; this editor only sets `cursor`. */
  readonly awareness: Awareness;
  readonly editable: boolean;
  readonly label: string;
  /** The same object for the life of the editor. */
  readonly files: EditorFiles;
  readonly notice?: ReactNode;
  readonly unsupported: ReactNode;
  readonly onReady?: () => void;
  /** `true` when this person starts typing, `false` three seconds after the last change. */
  readonly onTyping?: (active: boolean) => void;
  readonly ref?: Ref<EditorHandle>;
}

export interface EditorHandle {
  readonly focus: (place?: 'start' | 'end') => void;
  readonly write: (text: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly getMarkdown: () => string;
  readonly restore: (earlier: Y.Doc) => void;
}

export function Editor({
  doc,
  awareness,
  editable,
  label,
  files,
  notice,
  unsupported,
  onReady,
  onTyping,
  ref,
}: EditorProps): ReactNode {
  const { t } = useTranslation();
  const element = useRef<HTMLDivElement>(null);
  const caretLayer = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'opening' | 'unsupported' | MountedEditor>('opening');
  const current = useRef({ t, editable, label, onReady, onTyping });
  current.current = { t, editable, label, onReady, onTyping };

  useEffect(() => {
    let mounted: MountedEditor | undefined;
    const guard = guardPage(doc, () => {
      // Destroyed synchronously: the editor would delete content that it does not support.
      mounted?.destroy();
      mounted = undefined;
      setState('unsupported');
    });
    if (guard.state === 'unsupported') {
      setState('unsupported');
      return;
    }
    const { editable: allowed, label: name, t: translate } = current.current;
    mounted = createEditor({
      doc,
      awareness,
      element: element.current!,
      caretLayer: caretLayer.current!,
      editable: allowed,
      label: name,
      t: translate,
      onTyping: (active) => current.current.onTyping?.(active),
      files,
      onTooManyFiles: () => void toast.error(current.current.t('editor.files.tooMany')),
      // A toast, because a rejected paste leaves no trace in the page.
      onClipboardProblem: (problem) =>
        void toast.error(current.current.t(`editor.clipboard.${problem}`)),
    });
    setState(mounted);
    return () => {
      guard.release();
      mounted?.destroy();
    };
  }, [doc, awareness, files]);

  const mounted = typeof state === 'string' ? null : state;
  useEffect(() => {
    if (mounted !== null) current.current.onReady?.();
  }, [mounted]);
  useEffect(() => {
    mounted?.setEditable(editable);
  }, [mounted, editable]);
  useEffect(() => {
    mounted?.setLabel(label);
  }, [mounted, label]);

  useImperativeHandle(
    ref,
    () => ({
      focus: (place = 'start') => void mounted?.editor.commands.focus(place),
      write: (text) => {
        for (const [index, line] of text.split('\n').entries()) {
          if (index > 0) mounted?.editor.commands.splitBlock();
          mounted?.editor.view.dispatch(mounted.editor.state.tr.insertText(line));
        }
      },
      undo: () => void (mounted && undo(mounted.editor.view)),
      redo: () => void (mounted && redo(mounted.editor.view)),
      getMarkdown: () => toMarkdown(doc),
      restore: (earlier) => void (mounted && restore(mounted.editor.view, earlier)),
    }),
    [mounted, doc],
  );

  if (state === 'unsupported') return unsupported;
  return (
    <>
      {notice}
      <div className="editor">
        <div ref={element} />
        <div ref={caretLayer} className="caret-layer" aria-hidden />
        {mounted && <LinkCard view={mounted.editor.view} links={mounted.links} />}
        {mounted && editable && (
          <>
            <SelectionToolbar
              view={mounted.editor.view}
              selection={mounted.selection}
              links={mounted.links}
            />
            <SlashMenu view={mounted.editor.view} menu={mounted.slash} />
            <PhoneToolbar view={mounted.editor.view} selection={mounted.selection} />
          </>
        )}
      </div>
    </>
  );
}
