import { Plugin, type PluginView } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import type { Deferred } from '../components/deferred.tsx';

/** A plugin that only draws beside the text, with code that is loaded once the text can be written. */
export function laterView<T>(
  code: Deferred<T>,
  draw: (module: T, view: EditorView) => PluginView,
): Plugin {
  return new Plugin({
    view(view) {
      let drawn: PluginView | null = null;
      const stop = code.whenLoaded((module) => {
        drawn = draw(module, view);
      });
      return {
        update: (_view, before) => drawn?.update?.(view, before),
        destroy() {
          stop();
          drawn?.destroy?.();
        },
      };
    },
  });
}
