import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey, type Transaction } from '@tiptap/pm/state';

import type { EditorFiles } from './editor-files.ts';

const NONE: readonly string[] = [];

const key = new PluginKey<readonly string[]>('pasted-files');

/** Tells of files that a person has pasted or dropped as blocks: they may be in another document only (FI12). */
export function pastedFiles(files: Pick<EditorFiles, 'onPasted'>): Plugin {
  return new Plugin<readonly string[]>({
    key,
    state: {
      init: () => NONE,
      apply: (tr) => (isPaste(tr) ? addedFiles(tr) : NONE),
    },
    view: () => ({
      update({ state }, before) {
        const pasted = key.getState(state) ?? NONE;
        if (pasted.length > 0 && pasted !== key.getState(before)) files.onPasted(pasted);
      },
    }),
  });
}

function isPaste(tr: Transaction): boolean {
  return tr.docChanged && (tr.getMeta('paste') === true || tr.getMeta('uiEvent') === 'drop');
}

function addedFiles({ before, doc }: Transaction): readonly string[] {
  const known = filesIn(before);
  return [...filesIn(doc)].filter((file) => !known.has(file));
}

function filesIn(doc: Node): Set<string> {
  const files = new Set<string>();
  doc.descendants(({ attrs, isTextblock }) => {
    if (typeof attrs['file'] === 'string') files.add(attrs['file']);
    return !isTextblock;
  });
  return files;
}
