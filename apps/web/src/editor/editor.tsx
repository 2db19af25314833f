import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { Restoration } from '@tandem/document/history';
import type { EditorView } from '@tiptap/pm/view';
import { useTranslation } from '../translation/translation.ts';
import type { Awareness } from 'y-protocols/awareness';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { toast } from '../components/toast.ts';
import type * as Y from 'yjs';

import { splitBlock } from './block-commands.ts';
import { redo, restore, undo } from './binding/binding.ts';
import { createEditor, type MountedEditor } from './create-editor.ts';
import './editor.css';
import type { EditorFiles } from './files/editor-files.ts';
import { guardPage } from './page-guard.ts';

const controls = new Deferred(() => import('./controls.tsx'));

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
  /** Null when the view is gone. */
  readonly onView?: (view: EditorView | null) => void;
  /** Comments on the selected text; null where this person may not. */
  readonly onComment?: (() => void) | null;
  /** `true` when this person starts typing, `false` three seconds after the last change. */
  readonly onTyping?: (active: boolean) => void;
  readonly ref?: Ref<EditorHandle>;
}

export interface EditorHandle {
  readonly focusStart: () => void;
  readonly write: (text: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly restore: (restoration: Restoration) => void;
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
  onView,
  onComment = null,
  onTyping,
  ref,
}: EditorProps): ReactNode {
  const { t } = useTranslation();
  const element = useRef<HTMLDivElement>(null);
  const caretLayer = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'opening' | 'unsupported' | MountedEditor>('opening');
  const current = useRef({ t, editable, label, onReady, onView, onTyping });
  current.current = { t, editable, label, onReady, onView, onTyping };

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
      onTooManyFiles: () => toast.error(current.current.t('editor.files.tooMany')),
      // A toast, because a rejected paste leaves no trace in the page.
      onClipboardProblem: (problem) =>
        toast.error(current.current.t(`editor.clipboard.${problem}`)),
    });
    setState(mounted);
    return () => {
      guard.release();
      mounted?.destroy();
    };
  }, [doc, awareness, files]);

  const mounted = typeof state === 'string' ? null : state;
  useEffect(() => {
    if (mounted === null) return;
    current.current.onReady?.();
    current.current.onView?.(mounted.view);
    return () => current.current.onView?.(null);
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
      focusStart: () => mounted?.focusStart(),
      write: (text) => {
        if (mounted === null) return;
        const { view } = mounted;
        for (const [index, line] of text.split('\n').entries()) {
          if (index > 0) splitBlock(view.state, view.dispatch);
          view.dispatch(view.state.tr.insertText(line));
        }
      },
      undo: () => void (mounted && undo(mounted.view)),
      redo: () => void (mounted && redo(mounted.view)),
      restore: (restoration) => void (mounted && restore(mounted.view, restoration)),
    }),
    [mounted],
  );

  if (state === 'unsupported') return unsupported;
  return (
    <>
      {notice}
      <div className="editor">
        <div ref={element} />
        <div ref={caretLayer} className="caret-layer" aria-hidden />
        {mounted && (
          <Loaded from={controls}>
            {({ EditorControls }) => (
              <EditorControls {...mounted} editable={editable} onComment={onComment} />
            )}
          </Loaded>
        )}
      </div>
    </>
  );
}
