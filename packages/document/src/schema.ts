import type { MarkSpec, NodeSpec, SchemaSpec } from '@tiptap/pm/model';
import { type MarkName, MARK_NAMES, MARKS, type NodeName, NODES } from './nodes.ts';

/**
 * The ProseMirror schema, derived from the definitions of nodes and marks. It works without a DOM and
 * has no commands or keys, which the editor adds.
 */

const nodeEntries = (Object.keys(NODES) as NodeName[]).map((name): [NodeName, NodeSpec] => {
  const { group, content, marks, attributes, editor } = NODES[name];
  const placed = group === undefined ? {} : { group, inline: group === 'inline' };
  return [name, { ...editor, content, marks, attrs: defaultsOf(attributes), ...placed }];
});

const markEntries = MARK_NAMES.map((name): [MarkName, MarkSpec] => {
  const { attributes, editor } = MARKS[name];
  return [name, { ...editor, attrs: defaultsOf(attributes) }];
});

export const pageSchema = {
  nodes: Object.fromEntries(nodeEntries) as Record<NodeName, NodeSpec>,
  marks: Object.fromEntries(markEntries) as Record<MarkName, MarkSpec>,
} satisfies SchemaSpec;

/**
 * Values are not validated here: ProseMirror would refuse to create the node, and the editor could not
 * show a block that the page has.
 */
function defaultsOf(
  attributes: Readonly<Record<string, unknown>>,
): Record<string, { default: null }> {
  return Object.fromEntries(Object.keys(attributes).map((name) => [name, { default: null }]));
}
