/** How people write in a page, and what means something to those who attack one. */
import { pageRoots } from '@tandem/document';
import type { SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';
import type { Habits } from '../admission/testing/honest.ts';
import type { Vocabulary } from '../admission/testing/mutants.ts';

const WORDS = ['Hello ', 'world', '👩‍🚀', 'é', '漢字 ', '𝄞𝄞', 'a', ' — '];

/** The attributes of a text block with what an editor may set them to. */
const ATTRIBUTES: readonly (readonly [string, readonly (string | number | boolean)[]])[] = [
  ['kind', ['heading1', 'heading2', 'heading3']],
  ['list', ['bullet', 'ordered', 'task']],
  ['indent', [1, 4, 8]],
  ['checked', [true]],
];

export const pageHabits: Habits = {
  roots: (doc) => [pageRoots(doc).content],
  editOnce: (doc, random) => editBlocks(pageRoots(doc).content, random),
};

export const PAGE_WORDS: Vocabulary = {
  roots: ['content', 'content', 'content', 'meta', 'other'],
  elements: ['textBlock', 'textBlock', 'quote', 'codeBlock', 'divider', 'hardBreak', 'script'],
  keys: ['id', 'kind', 'onclick', '__proto__'],
  entries: ['id', 'kind', 'checked', 'schemaVersion'],
  formats: ['{}', 'null', '{"href":"javascript:0"}', '{', '1e999'],
};

function editBlocks(blocks: Y.XmlFragment, random: SeededRandom): void {
  const at = random.int(0, blocks.length);
  const block = at < blocks.length ? blocks.get(at) : null;
  if (block instanceof Y.XmlElement && random.chance(0.75))
    editBlock(blocks, { block, at }, random);
  else blocks.insert(at, [createBlock(random)]);
}

function editBlock(
  blocks: Y.XmlFragment,
  { block, at }: { readonly block: Y.XmlElement; readonly at: number },
  random: SeededRandom,
): void {
  if (random.chance(0.12)) blocks.delete(at, 1);
  else if (block.nodeName === 'quote') editBlocks(block, random);
  else if (block.nodeName === 'textBlock' && random.chance(0.3)) setAttribute(block, random);
  else if (block.nodeName !== 'divider') editInline(block, random);
}

function createBlock(random: SeededRandom): Y.XmlElement {
  const block = new Y.XmlElement(
    random.pick(['textBlock', 'textBlock', 'textBlock', 'quote', 'codeBlock', 'divider']),
  );
  block.setAttribute('id', String(random.uint32()));
  if (block.nodeName === 'quote') block.insert(0, [new Y.XmlElement('textBlock')]);
  else if (block.nodeName !== 'divider') block.insert(0, [new Y.XmlText(random.pick(WORDS))]);
  return block;
}

function setAttribute(block: Y.XmlElement, random: SeededRandom): void {
  const [name, values] = random.pick(ATTRIBUTES);
  if (random.chance(0.3)) block.removeAttribute(name);
  // Yjs takes any value; its types know strings only.
  else block.setAttribute(name, random.pick(values) as string);
}

function editInline(block: Y.XmlElement, random: SeededRandom): void {
  const at = random.int(0, block.length);
  const child = at < block.length ? block.get(at) : null;
  if (child instanceof Y.XmlText) editText(child, block.nodeName === 'codeBlock', random);
  else if (block.nodeName === 'textBlock' && random.chance(0.4))
    block.insert(at, [new Y.XmlElement('hardBreak')]);
  else if (child !== null && random.chance(0.5)) block.delete(at, 1);
  else block.insert(at, [new Y.XmlText(random.pick(WORDS))]);
}

function editText(text: Y.XmlText, isCode: boolean, random: SeededRandom): void {
  const at = random.int(0, text.length);
  const rest = Math.min(text.length - at, 5);
  const what = random.pick(
    isCode ? ['insert', 'delete'] : ['insert', 'insert', 'delete', 'format'],
  );
  if (what === 'insert' || rest === 0) text.insert(at, random.pick(WORDS).repeat(random.int(1, 3)));
  else if (what === 'delete') text.delete(at, rest);
  else {
    text.format(at, rest, {
      [random.pick(['bold', 'italic', 'code'])]: random.pick([null, {}]),
      ...(random.chance(0.2) && { link: { href: 'https://example.org/' } }),
    });
  }
}
