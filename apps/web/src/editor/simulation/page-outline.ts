import type { Mark, Node } from '@tiptap/pm/model';

import { isSection } from './page-edits.ts';

/**
 * Serialises a page as one readable line:
 *
 *     zero / # heading / - item /   - indented / [x] done / > quoted / ``` code / --- / ∅
 *
 * `∅` is an empty text, `↵` a line break, `*bold*`, `[text](address)` a link.
 */
export function outline(doc: Node): string {
  return linesWithin(doc, '').join(' / ');
}

const LIST_SIGNS: Readonly<Record<string, string>> = { bullet: '- ', ordered: '1. ' };

const KIND_SIGNS: Readonly<Record<string, string>> = {
  heading1: '# ',
  heading2: '## ',
  heading3: '### ',
};

const MARK_SIGNS: Readonly<Record<string, string>> = {
  bold: '*',
  italic: '_',
  strike: '~',
  code: '`',
};

function linesWithin(parent: Node, prefix: string): string[] {
  const lines: string[] = [];
  parent.forEach((node) => {
    if (isSection(node)) lines.push(...linesWithin(node, prefix));
    else if (node.isTextblock) lines.push(`${prefix}${signOf(node)}${textOf(node) || '∅'}`);
    else if (node.isLeaf) lines.push(`${prefix}---`);
    else lines.push(...linesWithin(node, `${prefix}> `));
  });
  return lines;
}

function signOf(node: Node): string {
  if (node.type.spec.code) return '``` ';
  const { kind, list, indent, checked } = node.attrs as Record<string, string | null>;
  const item = list === 'task' ? (checked ? '[x] ' : '[ ] ') : (LIST_SIGNS[list ?? ''] ?? '');
  return `${'  '.repeat(Number(indent ?? 0))}${item}${KIND_SIGNS[kind ?? ''] ?? ''}`;
}

function textOf(block: Node): string {
  let text = '';
  block.forEach((node) => {
    const letters = node.isText ? node.text!.replaceAll('\n', '↵') : '↵';
    text += node.isText ? node.marks.reduceRight(withSigns, letters) : letters;
  });
  return text;
}

function withSigns(text: string, mark: Mark): string {
  const sign = MARK_SIGNS[mark.type.name];
  return sign ? `${sign}${text}${sign}` : `[${text}](${String(mark.attrs['href'])})`;
}
