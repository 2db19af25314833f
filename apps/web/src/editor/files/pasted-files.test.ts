import { EditorState } from '@tiptap/pm/state';
import { expect, test } from 'vitest';

import { editorSchema } from '../sections.ts';
import { pastedFiles } from './pasted-files.ts';

const [HERE, OTHER] = ['01JD9X6Z7S8K3Q2M5N4P6R0001', '01JD9X6Z7S8K3Q2M5N4P6R0002'] as const;

function start() {
  const told: (readonly string[])[] = [];
  const plugin = pastedFiles({ onPasted: (files) => told.push(files) });
  const image = (file: string) => editorSchema.nodes['image']!.create({ file });
  const text = editorSchema.nodes['textBlock']!.create();
  const doc = editorSchema.topNodeType.createAndFill(null, [text, image(HERE)])!;
  let state = EditorState.create({ doc, plugins: [plugin] });
  const view = plugin.spec.view!({} as never);
  const insert = (file: string, meta: readonly [name: string, value: unknown] | null): void => {
    const before = state;
    const tr = state.tr.insert(state.doc.content.size, image(file));
    state = state.apply(meta === null ? tr : tr.setMeta(...meta));
    view.update?.({ state } as never, before);
    view.update?.({ state } as never, state);
  };
  return { told, insert };
}

test('FI12 files of pasted and of dropped blocks are told once, and those that others write are not', () => {
  const { told, insert } = start();
  insert(HERE, ['paste', true]);
  insert(OTHER, null);
  expect(told).toEqual([]);
  insert('01JD9X6Z7S8K3Q2M5N4P6R0003', ['paste', true]);
  insert('01JD9X6Z7S8K3Q2M5N4P6R0004', ['uiEvent', 'drop']);
  expect(told).toEqual([['01JD9X6Z7S8K3Q2M5N4P6R0003'], ['01JD9X6Z7S8K3Q2M5N4P6R0004']]);
});
