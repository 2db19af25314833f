import { type EditorState, TextSelection, type Transaction } from '@tiptap/pm/state';
import { prosemirrorJSONToYXmlFragment, yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { TextBlock } from './blocks.ts';
import { copyOf, EVERYTHING, merge, pageOf } from './testing/pages.ts';
import { readPage } from './page.ts';
import { HeadlessEditor, schema } from './testing/headless-editor.ts';
import { plainText } from './text.ts';
import { validateChange, validatePage } from './validation.ts';

const contentOf = (doc: Y.Doc): Y.XmlFragment => doc.getXmlFragment('content');

describe('the encoding is what y-tiptap writes', () => {
  test('a written page opens as the same blocks', () => {
    const page = pageOf();
    const node = yXmlFragmentToProseMirrorRootNode(contentOf(page), schema);
    node.check();
    expect(node.eq(schema.nodeFromJSON({ type: 'doc', content: EVERYTHING }))).toBe(true);
  });

  test('a written page and what y-tiptap writes for the same blocks are alike', () => {
    const theirs = new Y.Doc();
    prosemirrorJSONToYXmlFragment(schema, { type: 'doc', content: EVERYTHING }, contentOf(theirs));
    expect(raw(contentOf(pageOf()))).toEqual(raw(contentOf(theirs)));
    expect(readPage(theirs)).toEqual(EVERYTHING);
    expect(validatePage(theirs)).toEqual([]);
  });

  test('an editor that opens a page writes nothing', () => {
    const page = pageOf();
    let updates = 0;
    page.on('update', () => updates++);
    const editor = new HeadlessEditor(page);
    editor.dispatch(editor.state.tr.setSelection(TextSelection.atStart(editor.state.doc)));
    expect(updates).toBe(0);
    editor.type(0, '!');
    expect(updates).toBe(1);
    expect(readPage(page)).toEqual([
      { ...EVERYTHING[0], content: [{ type: 'text', text: 'Title!' }] },
      ...EVERYTHING.slice(1),
    ]);
  });

  test('an editor that opens an empty page writes nothing until somebody types', () => {
    const page = new Y.Doc();
    const editor = new HeadlessEditor(page);
    editor.dispatch(editor.state.tr);
    expect(contentOf(page).length).toBe(0);
    editor.dispatch(
      editor.state.tr.replaceWith(
        0,
        editor.state.doc.content.size,
        schema.node('textBlock', null, [schema.text('a')]),
      ),
    );
    expect(readPage(page)).toEqual([{ type: 'textBlock', content: [{ type: 'text', text: 'a' }] }]);
  });

  test('an editor deletes no block for a value that it does not know', () => {
    const page = pageOf();
    const [title, text] = contentOf(page).toArray() as Y.XmlElement[];
    title!.setAttribute('kind', 'heading9');
    (text!.get(0) as Y.XmlText).format(0, 5, { link: { href: 'later:scheme' } });
    const before = raw(contentOf(page));
    const editor = new HeadlessEditor(page);
    editor.type(2, 'x');
    (contentOf(page).get(2) as Y.XmlElement).delete(0, 1);
    expect(raw(contentOf(page))).toEqual(before);
  });

  test('what an editor does is accepted', () => {
    const page = pageOf();
    const refused: unknown[] = [];
    page.on('afterTransaction', (transaction: Y.Transaction) =>
      refused.push(...validateChange(transaction)),
    );
    const editor = new HeadlessEditor(page);
    const { nodes, marks } = schema;
    const steps: ((state: EditorState) => Transaction)[] = [
      ({ tr }) => tr.split(4),
      ({ tr }) => tr.join(5),
      ({ tr }) => tr.addMark(1, 5, marks['bold']!.create()),
      ({ tr }) => tr.addMark(1, 5, marks['link']!.create({ href: 'https://a.b' })),
      ({ tr }) => tr.removeMark(1, 3),
      ({ tr }) => tr.setNodeAttribute(0, 'list', 'task').setNodeAttribute(0, 'checked', true),
      ({ tr }) => tr.setNodeAttribute(0, 'checked', null),
      ({ tr }) => tr.insert(3, nodes['hardBreak']!.create()),
      ({ tr, doc }) => tr.wrap(doc.resolve(1).blockRange()!, [{ type: nodes['quote']! }]),
      ({ tr, doc }) => tr.lift(doc.resolve(2).blockRange()!, 0),
      ({ tr }) =>
        tr.insert(0, nodes['codeBlock']!.create({ language: 'rust' }, schema.text('fn a() {}'))),
      ({ tr, doc }) => tr.delete(0, doc.content.size),
    ];
    for (const step of steps) {
      editor.dispatch(step(editor.state));
      expect(validatePage(page)).toEqual([]);
    }
    expect(refused).toEqual([]);
  });

  test('text that two people put into an empty block stays, and reads as one', () => {
    const a = new HeadlessEditor(pageOf([{ type: 'textBlock' }, { type: 'divider' }]));
    const b = new HeadlessEditor(copyOf(a.doc, 2));
    a.type(0, 'one');
    b.type(0, 'two');
    merge(a.doc, b.doc);
    expect(validatePage(a.doc)).toEqual([]);
    expect(readPage(a.doc)).toEqual(readPage(b.doc));
    expect(['onetwo', 'twoone']).toContain(plainText(a.doc));
  });
});

describe('changing the shape of a block keeps what another types in it', () => {
  const changes: [name: string, value: unknown][] = [
    ['kind', 'heading2'],
    ['kind', null],
    ['list', 'bullet'],
    ['list', null],
    ['indent', 2],
    ['checked', true],
    ['checked', null],
  ];
  const orders = [
    ['the change', 'the text'],
    ['the text', 'the change'],
  ] as const;

  test.each(changes.flatMap(([name, value]) => orders.map(([first]) => ({ name, value, first }))))(
    '$name to $value, $first arrives first',
    ({ name, value, first }) => {
      const start: TextBlock = {
        type: 'textBlock',
        attrs: { id: 'x', kind: 'heading1', list: 'task', checked: true },
        content: [{ type: 'text', text: 'Plan' }],
      };
      const shaper = new HeadlessEditor(pageOf([start, { type: 'divider' }]));
      const writer = new HeadlessEditor(copyOf(shaper.doc, 2));
      // Offline: neither sees the other's edits until both are done.
      shaper.setAttribute(0, name, value);
      writer.type(0, ' for tomorrow');
      if (first === 'the change') merge(shaper.doc, writer.doc);
      else merge(writer.doc, shaper.doc);
      // Both go on in the merged block.
      shaper.type(0, ', surely');
      writer.type(0, '!');
      merge(shaper.doc, writer.doc);

      for (const editor of [shaper, writer]) {
        const block = readPage(editor.doc)[0] as TextBlock;
        const { [name as 'kind']: _, ...kept } = start.attrs!;
        expect(block.attrs).toEqual({ ...kept, ...(value === null ? {} : { [name]: value }) });
        expect(plainText(editor.doc)).toMatch(/^Plan for tomorrow(, surely!|!, surely)$/);
        expect(editor.state.doc.child(0).attrs[name]).toBe(value);
        expect(editor.state.doc.child(0).textContent).toBe(plainText(editor.doc));
        expect(validatePage(editor.doc)).toEqual([]);
      }
    },
  );

  test('two who change different things of one block both win', () => {
    const a = new HeadlessEditor(pageOf([{ type: 'textBlock' }, { type: 'divider' }]));
    const b = new HeadlessEditor(copyOf(a.doc, 2));
    a.setAttribute(0, 'list', 'bullet');
    b.setAttribute(0, 'kind', 'heading3');
    b.setAttribute(0, 'indent', 1);
    merge(a.doc, b.doc);
    expect(readPage(a.doc)[0]!.attrs).toMatchObject({
      list: 'bullet',
      kind: 'heading3',
      indent: 1,
    });
    expect(readPage(b.doc)).toEqual(readPage(a.doc));
  });
});

/** Everything that is stored, order of keys aside. */
function raw(node: Y.XmlFragment | Y.XmlText): unknown {
  if (node instanceof Y.XmlText) return node.toDelta();
  const attributes =
    node instanceof Y.XmlElement ? { name: node.nodeName, attributes: node.getAttributes() } : {};
  return {
    ...attributes,
    children: node.toArray().map((child) => raw(child as Y.XmlElement | Y.XmlText)),
  };
}
