import { NodeSelection, TextSelection } from '@tiptap/pm/state';
import { beforeEach, expect, test, vi } from 'vitest';

import { redo, sharedSelection, undo } from '../binding/binding.ts';
import { backspaceAtStart, moveBlocks } from '../block-commands.ts';
import { type Page, sharedPage, text } from '../headless-page.ts';
import type { AddedFile, EditorFiles } from './editor-files.ts';
import { insertFiles } from './insert-files.ts';

const id = (digit: number): string => `01JD9X6Z7S8K3Q2M5N4P6R000${digit}`;

beforeEach(() => {
  vi.stubGlobal('createImageBitmap', async () => ({ width: 640, height: 480, close() {} }));
});

function filesOf(added: readonly Partial<AddedFile>[] | null): EditorFiles {
  const all = added?.map((file, index): AddedFile => ({
    id: id(index),
    name: 'quay.png',
    size: 9,
    kind: 'image',
    blob: new Blob(),
    ...file,
  }));
  const uploads = { add: () => all ?? null } as never;
  return {
    address: (file) => file,
    uploads: async () => uploads,
    kept: () => Promise.reject(new Error('not asked')),
    onPasted: () => undefined,
  };
}

async function insert({ view }: Page, ...added: Partial<AddedFile>[]): Promise<void> {
  if (!('focus' in view)) Object.assign(view, { focus() {} });
  const at = sharedSelection(view.state);
  expect(await insertFiles(view.asView, { files: filesOf(added), chosen: [], at })).toBe(
    'inserted',
  );
  await new Promise((resolve) => setTimeout(resolve));
}

/** Types of the blocks, with the files that they show. */
const shown = ({ view }: Page): string[] => {
  const blocks: string[] = [];
  view.state.doc.forEach(({ type, attrs, textContent }) =>
    blocks.push(type.name === 'textBlock' ? textContent : `${type.name} ${String(attrs['file'])}`),
  );
  return blocks;
};

test('files stand below the block with the caret, or in the place of an empty one, for everybody', async () => {
  const { pages, sync } = sharedPage([text('above'), text('')], 2);
  const [one, other] = [pages[0]!, pages[1]!];
  one.view.select('above', 2);
  await insert(one, {}, { kind: 'file' });
  sync();
  expect(shown(other)).toEqual(['above', `image ${id(0)}`, `file ${id(1)}`, '']);
  expect(one.view.state.selection).toBeInstanceOf(TextSelection);
  await insert(one, { id: id(5) });
  sync();
  expect(shown(other)).toEqual(['above', `image ${id(0)}`, `file ${id(1)}`, `image ${id(5)}`, '']);
  expect(other.view.state.doc.child(1).attrs).toMatchObject({ width: 640, height: 480 });
});

test('files stand where the caret was, and leave it with a person who has written on meanwhile', async () => {
  const { pages, sync } = sharedPage([text('above'), text(''), text('below')], 2);
  const [one, other] = [pages[0]!, pages[1]!];
  one.view.select('above', 5);
  let focused = 0;
  Object.assign(one.view, { focus: () => focused++ });
  const inserting = insert(one, {});
  one.view.select('below', 5);
  one.view.type(' deck');
  await inserting;
  one.view.type('s');
  sync();
  expect(shown(other)).toEqual(['above', `image ${id(0)}`, '', 'below decks']);
  expect(focused).toBe(0);
  const again = insert(one, { id: id(5) });
  one.view.type(', aft');
  await again;
  one.view.type('!');
  expect(shown(one).slice(3)).toEqual(['below decks, aft!', `image ${id(5)}`, '']);
});

test('what others write meanwhile leaves the caret to the files', async () => {
  const { pages, sync } = sharedPage([text('above'), text('below')], 2);
  const [one, other] = [pages[0]!, pages[1]!];
  one.view.select('below', 5);
  const inserting = insert(one, {});
  other.view.select('above', 0);
  other.view.type('far ');
  // The letter before the caret.
  other.view.select('below', 4, 1);
  other.view.dispatch(other.view.state.tr.deleteSelection());
  sync();
  await inserting;
  one.view.type('caption');
  expect(shown(one)).toEqual(['far above', 'belo', `image ${id(0)}`, 'caption']);
});

test('an undo takes an image away and a redo brings it back, with its size', async () => {
  const { pages } = sharedPage([text('above')], 1);
  const one = pages[0]!;
  one.view.select('above', 5);
  await insert(one, {});
  undo(one.view.asView);
  expect(shown(one)).toEqual(['above']);
  redo(one.view.asView);
  expect(shown(one)).toEqual(['above', `image ${id(0)}`, '']);
  expect(one.view.state.doc.child(1).attrs).toMatchObject({ width: 640, height: 480 });
});

test('one changes the caption while another moves the image and a third types below it', async () => {
  const { pages, sync } = sharedPage([text('above'), text('below')], 3);
  const [one, two, three] = [pages[0]!, pages[1]!, pages[2]!];
  one.view.select('above', 5);
  await insert(one, {});
  sync();
  const pos = one.view.state.doc.child(0).nodeSize;
  one.view.dispatch(one.view.state.tr.setNodeAttribute(pos, 'caption', 'High water'));
  two.view.dispatch(two.view.state.tr.setSelection(NodeSelection.create(two.view.state.doc, pos)));
  two.view.run(moveBlocks(-1));
  three.view.select('below', 5);
  three.view.type(' deck');
  sync();
  sync();
  for (const page of pages) {
    expect(shown(page)).toEqual(shown(one));
    const image = page.view.state.doc.children.find(({ type }) => type.name === 'image');
    expect(image?.attrs).toMatchObject({ file: id(0), caption: 'High water' });
    expect(page.view.state.doc.textContent).toBe('abovebelow deck');
  }
});

test('Backspace below an image selects it', async () => {
  const { pages } = sharedPage([text('above')], 1);
  const { view } = pages[0]!;
  view.select('above', 5);
  await insert(pages[0]!, {});
  view.run(backspaceAtStart);
  expect((view.state.selection as NodeSelection).node.type.name).toBe('image');
});

test('too many files, and a page that can only be read, change nothing', async () => {
  const { pages } = sharedPage([text('above')], 1);
  const { view } = pages[0]!;
  const chosen = { chosen: [], at: null };
  expect(await insertFiles(view.asView, { files: filesOf(null), ...chosen })).toBe('too-many');
  const readOnly = Object.assign(Object.create(view), { editable: false }) as typeof view;
  const outcome = await insertFiles(readOnly.asView, { files: filesOf([{}]), ...chosen });
  expect(outcome).toBe('not-editable');
  expect(shown(pages[0]!)).toEqual(['above']);
});
