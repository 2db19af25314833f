import { dropCursor } from '@tiptap/pm/dropcursor';
import type { PluginView } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

/** Shows where something that is dragged would be dropped. */
export function drawDropCursor(view: EditorView): PluginView {
  return dropCursor({ color: 'var(--accent)', width: 2 }).spec.view!(view);
}
