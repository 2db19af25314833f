import { type Attribute, Mark, Node } from '@tiptap/core';
import { MARK_NAMES, MARKS, type NodeName, NODES } from './nodes.ts';

/**
 * The Tiptap schema, derived from the definitions of nodes and marks. It works without a DOM and
 * has no commands or keys, which the editor adds.
 */

const nodes = (Object.keys(NODES) as NodeName[]).map((name) => {
  const { group, content, marks, attributes, keepOnSplit = [], editor } = NODES[name];
  return Node.create({
    ...editor,
    name,
    content,
    marks,
    addAttributes: () => defineAttributes(attributes, keepOnSplit),
    ...(group === undefined ? {} : { group, inline: group === 'inline' }),
  });
});

const marks = MARK_NAMES.map((name) => {
  const { attributes, editor } = MARKS[name];
  return Mark.create({ ...editor, name, addAttributes: () => defineAttributes(attributes, []) });
});

export const schemaExtensions = [...nodes, ...marks];

export const Doc = nodes.find(({ name }) => name === 'doc')!;

/**
 * Nodes parse and render their attributes themselves. Values are not validated here: ProseMirror
 * would refuse to create the node, and the editor could not show a block that the page has.
 */
function defineAttributes(
  attributes: Readonly<Record<string, unknown>>,
  keepOnSplit: readonly string[],
): Record<string, Partial<Attribute>> {
  return Object.fromEntries(
    Object.keys(attributes).map((name) => [
      name,
      {
        default: null,
        rendered: false,
        parseHTML: () => null,
        keepOnSplit: keepOnSplit.includes(name),
      },
    ]),
  );
}
