import { type Attribute, Mark, type MarkConfig, Node, type NodeConfig } from '@tiptap/core';
import {
  type MarkName,
  MARKS,
  type MarkSpec,
  type NodeName,
  NODES,
  type NodeSpec,
} from '../nodes.ts';

/** Tiptap's definitions, with everything that the table says taken from the table. */

export function defineNode(
  name: NodeName,
  config: Partial<NodeConfig>,
  keptOnSplit: readonly string[] = [],
): Node {
  const { group, content, marks, attributes }: NodeSpec = NODES[name];
  return Node.create({
    ...config,
    name,
    content,
    marks,
    addAttributes: () => defineAttributes(attributes, keptOnSplit),
    ...(group === undefined ? {} : { group, inline: group === 'inline' }),
  });
}

export function defineMark(name: MarkName, config: Partial<MarkConfig>): Mark {
  const { attributes, overlaps }: MarkSpec = MARKS[name];
  return Mark.create({
    ...config,
    name,
    addAttributes: () => defineAttributes(attributes, []),
    ...(overlaps ? { excludes: '' } : {}),
  });
}

/**
 * HTML is read and written by each node as a whole, never attribute by attribute. Values are not validated here:
 * ProseMirror would then refuse to create the node, and a block that the page has could not be shown.
 */
function defineAttributes(
  attributes: Readonly<Record<string, unknown>>,
  keptOnSplit: readonly string[],
): Record<string, Partial<Attribute>> {
  const names = Object.keys(attributes);
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        default: null,
        rendered: false,
        parseHTML: () => null,
        keepOnSplit: keptOnSplit.includes(name),
      },
    ]),
  );
}
