import type { Kind, List } from '@tandem/document';
import { ListCounter } from '@tandem/document';
import type { Attrs, Node, ResolvedPos } from '@tiptap/pm/model';
import type { Transaction } from '@tiptap/pm/state';
import { findWrapping } from '@tiptap/pm/transform';

import { isText } from './block-commands.ts';
import { languageNamed } from './code-languages.ts';
import type { InputRule, RulePlace } from './input-rule.ts';
import { newBlockId } from './new-block-id.ts';
import { blocksIn, wrapperDepth } from './sections.ts';

/** Input rules for Markdown signs at the start of a block. */

/** A fence with a language: triggered by a space, or by the Enter that ends its line. */
export const CODE_FENCE: InputRule = (text) => {
  const name = /^```([\w#+.-]{0,40})\s$/.exec(text)?.[1];
  if (name === undefined) return null;
  return (place) => {
    const { tr, schema } = place.state;
    const block = blockAt(place);
    if (!block) return null;
    removeSigns(tr, place);
    return tr.setBlockType(place.start, place.start, schema.nodes['codeBlock']!, {
      id: block.attrs['id'] as unknown,
      language: name === '' ? null : languageNamed(name),
    });
  };
};

export const BLOCK_RULES: readonly InputRule[] = [
  attributeRule(/^(#{1,3})\s$/, ([, signs]) => ({
    kind: `heading${signs!.length}` as Kind,
    list: null,
    checked: null,
    start: null,
  })),
  attributeRule(/^[-*+]\s$/, (_match, { parent }) => isPlain(parent) && listItem('bullet')),
  attributeRule(/^(\d{1,3})[.)]\s$/, ([, number], $start) => {
    if (!isPlain($start.parent)) return false;
    return { ...listItem('ordered'), start: startFor(Number(number), $start) };
  }),
  attributeRule(/^\[([ xX]?)\]\s$/, ([, sign], { parent }) => {
    // "- [ ] " is a bullet by the time this rule sees it.
    if (!isPlain(parent) && !isBullet(parent)) return false;
    return { ...listItem('task'), checked: /x/i.test(sign!) || null };
  }),
  (text) => (/^>\s$/.test(text) ? wrapInQuote : null),
  (text) => (/^(?:---|—-)$/.test(text) ? insertDividerAbove : null),
];

function attributeRule(
  pattern: RegExp,
  change: (match: RegExpExecArray, $start: ResolvedPos) => Attrs | false,
): InputRule {
  return (text) => {
    const match = pattern.exec(text);
    if (match === null) return null;
    return (place) => {
      const { tr, doc } = place.state;
      const block = blockAt(place);
      const $start = doc.resolve(place.start);
      const attrs = block && change(match, $start);
      if (!attrs) return null;
      removeSigns(tr, place);
      return tr.setNodeMarkup($start.before(), null, { ...block.attrs, ...attrs });
    };
  };
}

function wrapInQuote(place: RulePlace): Transaction | null {
  const { tr, doc, schema } = place.state;
  if (!blockAt(place) || wrapperDepth(doc.resolve(place.start)) > 0) return null;
  removeSigns(tr, place);
  const around = tr.doc.resolve(place.start).blockRange();
  const wrapping = around && findWrapping(around, schema.nodes['quote']!, { id: newBlockId() });
  return wrapping ? tr.wrap(around, wrapping) : null;
}

function insertDividerAbove(place: RulePlace): Transaction | null {
  const { tr, doc, schema, selection } = place.state;
  const block = blockAt(place);
  if (!block || !isPlain(block) || block.content.size > selection.from - place.start) return null;
  removeSigns(tr, place);
  const line = schema.nodes['divider']!.create({ id: newBlockId() });
  return tr.insert(doc.resolve(place.start).before(), line);
}

function blockAt({ state, start }: RulePlace): Node | null {
  const { parent, parentOffset } = state.doc.resolve(start);
  return isText(parent) && parentOffset === 0 ? parent : null;
}

function removeSigns(tr: Transaction, { state, start }: RulePlace): void {
  tr.delete(start, state.selection.from);
}

function isPlain({ attrs }: Node): boolean {
  return !attrs['kind'] && !attrs['list'];
}

function isBullet({ attrs }: Node): boolean {
  return !attrs['kind'] && attrs['list'] === 'bullet';
}

function listItem(list: List): Attrs {
  return { list, kind: null, checked: null };
}

/**
 * The `start` for a typed number: none for the next number or, as in Markdown, for a repeated 1.
 */
function startFor(number: number, $start: ResolvedPos): number | null {
  const block = $start.parent;
  const numbers = new ListCounter();
  let previous: Node | undefined;
  for (const sibling of siblingsOf($start)) {
    if (sibling === block) break;
    numbers.next({ type: sibling.type.name, attrs: sibling.attrs });
    previous = sibling;
  }
  const item = { type: 'textBlock', attrs: { ...block.attrs, list: 'ordered' } };
  const isBehindItem =
    previous?.attrs['list'] === 'ordered' && previous.attrs['indent'] === block.attrs['indent'];
  return number === numbers.implied(item) || (number === 1 && isBehindItem) ? null : number;
}

function siblingsOf($pos: ResolvedPos): readonly Node[] {
  return wrapperDepth($pos) > 0 ? $pos.node(-1).children : blocksIn($pos.doc);
}
