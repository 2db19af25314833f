import { Schema } from '@tiptap/pm/model';
import { describe, expect, test } from 'vitest';
import { MARKS, NODES } from './nodes.ts';
import { pageSchema } from './schema.ts';

const schema = new Schema(pageSchema);

describe('the editor’s schema is derived from the definitions', () => {
  test('the same nodes, in the same order, with the same rules and attributes', () => {
    const nodes = Object.values(schema.nodes).map(({ name, spec }) => [
      name,
      spec.content ?? '',
      spec.marks ?? '',
      spec.group,
      Object.keys(spec.attrs ?? {}),
    ]);
    const table = Object.entries(NODES).map(([name, spec]) => [
      name,
      spec.content,
      spec.marks,
      spec.group,
      Object.keys(spec.attributes),
    ]);
    expect(nodes).toEqual(table);
  });

  test('the same marks in the same order', () => {
    const marks = Object.values(schema.marks).map((mark) => [
      mark.name,
      Object.keys(mark.spec.attrs ?? {}),
      mark.excludes(mark),
    ]);
    expect(marks).toEqual(
      Object.entries(MARKS).map(([name, { attributes }]) => [name, Object.keys(attributes), true]),
    );
  });

  test('the block that an editor creates by itself is a paragraph without attributes', () => {
    const block = schema.topNodeType.createAndFill()!.child(0);
    expect(block.type.name).toBe('textBlock');
    expect(Object.values(block.attrs).every((value) => value === null)).toBe(true);
  });

  test('every value can be created, so that every page can be shown', () => {
    const attrs = { id: 0, kind: 'script', list: {}, indent: 'x', checked: 'y', start: -1 };
    const marks = [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }, { type: 'bold' }];
    const node = schema.nodeFromJSON({
      type: 'textBlock',
      attrs,
      content: [{ type: 'text', text: 'kept', marks }],
    });
    expect(node.textContent).toBe('kept');
    expect(node.attrs).toEqual(attrs);
  });
});
