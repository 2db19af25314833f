import { Extension, InputRule, markInputRule } from '@tiptap/core';
import type { Kind, List } from '@tandem/document';
import { safeHref } from '@tandem/document';
import type { Attrs, ResolvedPos } from '@tiptap/pm/model';
import type { EditorState, Transaction } from '@tiptap/pm/state';
import { TextSelection } from '@tiptap/pm/state';
import { findWrapping } from '@tiptap/pm/transform';

import { isText } from './block-commands.ts';
import { newBlockId } from './new-block-id.ts';
import { wrapperDepth } from './sections.ts';
import { languageNamed } from './code-languages.ts';

/** Markdown as it is typed. Backspace right after a change brings the typed characters back. */
export const markdownShortcuts = Extension.create({
  name: 'markdownShortcuts',
  // Before the keys: Enter after ``` makes a code block.
  priority: 940,
  addInputRules() {
    const { marks } = this.editor.schema;
    return [
      blockRule(/^(#{1,3})\s$/, (match) => ({
        kind: `heading${match[1]!.length}` as Kind,
        list: null,
        checked: null,
      })),
      blockRule(/^[-*+]\s$/, () => listItem('bullet')),
      blockRule(/^\d{1,3}[.)]\s$/, () => listItem('ordered')),
      blockRule(/^\[([ xX]?)\]\s$/, (match) => ({
        ...listItem('task'),
        checked: /x/i.test(match[1]!) || null,
      })),
      new InputRule({ find: /^>\s$/, handler: ({ state, range }) => quote(state, range) }),
      new InputRule({
        find: /^```([\w#+.-]{0,40})[\s\n]$/,
        handler: ({ state, range, match }) => code(state, range, match[1]!),
      }),
      new InputRule({
        find: /^(?:---|—-|___|\*\*\*)$/,
        handler: ({ state, range }) => divider(state, range),
      }),

      markInputRule({ find: /(?:^|\s)(\*\*(?!\s+\*\*)([^*]+)\*\*)$/, type: marks['bold']! }),
      markInputRule({ find: /(?:^|\s)(__(?!\s+__)([^_]+)__)$/, type: marks['bold']! }),
      markInputRule({ find: /(?:^|\s)(\*(?!\s+\*)([^*]+)\*)$/, type: marks['italic']! }),
      markInputRule({ find: /(?:^|\s)(_(?!\s+_)([^_]+)_)$/, type: marks['italic']! }),
      markInputRule({ find: /(?:^|\s)(~~(?!\s+~~)([^~]+)~~)$/, type: marks['strike']! }),
      markInputRule({ find: /(?:^|\s)(`(?!\s+`)([^`]+)`)$/, type: marks['code']! }),

      new InputRule({
        find: /\[([^[\]]+)\]\(([^\s()]+)\)$/,
        handler: ({ state, range, match }) => namedLink(state, range, match),
      }),
      new InputRule({
        find: /(?:^|\s)(https?:\/\/[^\s<>]*[^\s<>.,:;!?)\]'"])\s$/,
        handler: ({ state, range, match }) => bareLink(state, range, match[1]!),
        undoable: false,
      }),
    ];
  },
});

interface Range {
  readonly from: number;
  readonly to: number;
}

function listItem(list: List): Attrs {
  return { list, kind: null, checked: null };
}

/** A rule for the start of a text block that changes the block's attributes. */
function blockRule(find: RegExp, change: (match: RegExpMatchArray) => Attrs): InputRule {
  return new InputRule({
    find,
    handler: ({ state, range, match }) => {
      const $from = state.doc.resolve(range.from);
      if (!isText($from.parent)) return null;
      const attrs = { ...$from.parent.attrs, ...change(match) };
      state.tr.delete(range.from, range.to).setNodeMarkup($from.before(), null, attrs);
      return undefined;
    },
  });
}

function quote({ doc, tr, schema }: EditorState, range: Range): null | void {
  const $from = doc.resolve(range.from);
  if (!isText($from.parent) || wrapperDepth($from) > 0) return null;
  tr.delete(range.from, range.to);
  const around = tr.doc.resolve(range.from).blockRange();
  const wrapping = around && findWrapping(around, schema.nodes['quote']!, { id: newBlockId() });
  if (!wrapping) return null;
  tr.wrap(around, wrapping);
}

function code({ doc, tr, schema }: EditorState, range: Range, language: string): null | void {
  const { parent } = doc.resolve(range.from);
  if (!isText(parent)) return null;
  const attrs = {
    id: parent.attrs['id'] as unknown,
    language: language ? languageNamed(language) : null,
  };
  tr.delete(range.from, range.to).setBlockType(
    range.from,
    range.from,
    schema.nodes['codeBlock']!,
    attrs,
  );
}

function divider({ doc, tr, schema }: EditorState, range: Range): null | void {
  const $from = doc.resolve(range.from);
  if (!isText($from.parent)) return null;
  tr.delete(range.from, range.to).insert(
    $from.before(),
    schema.nodes['divider']!.create({ id: newBlockId() }),
  );
}

function namedLink(
  { tr, schema }: EditorState,
  range: Range,
  [, name, address]: RegExpMatchArray,
): null | void {
  const href = safeHref(address);
  if (!href) return null;
  const link = schema.marks['link']!;
  tr.replaceWith(range.from, range.to, schema.text(name!, [link.create({ href })]));
  endLink(tr, range.from + name!.length, link.name);
}

function bareLink({ doc, tr, schema }: EditorState, range: Range, address: string): null | void {
  const href = safeHref(address);
  const link = schema.marks['link']!;
  const to = range.to;
  const from = to - address.length;
  if (!href || hasLink(doc.resolve(to))) return null;
  tr.addMark(from, to, link.create({ href })).insertText(' ', to);
  tr.removeMark(to, to + 1, link);
  endLink(tr, to + 1, link.name);
}

function hasLink($pos: ResolvedPos): boolean {
  return $pos.nodeBefore?.marks.some((mark) => mark.type.name === 'link') ?? false;
}

function endLink(tr: Transaction, position: number, name: string): void {
  tr.setSelection(TextSelection.create(tr.doc, position));
  tr.removeStoredMark(tr.doc.type.schema.marks[name]!);
}
