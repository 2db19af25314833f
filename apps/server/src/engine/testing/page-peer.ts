/** How people edit a page, and the names and values with a meaning in pages. */
import { pageRoots } from '@tandem/document';
import type { SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';
import type { WritingStyle } from '../validation/testing/well-behaved-peer.ts';
import type { Vocabulary } from '../validation/testing/mutants.ts';

const WORDS = ['Hello ', 'world', '👩‍🚀', 'é', '漢字 ', '\n', '𝄞𝄞', 'a', ' — '];
const BLOCKS = ['a', 'b', 'c', 'd', 'e'];
const SLOTS = ['s', 't', 'u'];

const ATTRIBUTES: readonly (readonly [string, readonly unknown[]])[] = [
  ['type', ['code', 'divider']],
  ['kind', ['heading1', 'heading2', 'heading3']],
  ['list', ['bullet', 'ordered', 'task']],
  ['indent', [1, 4, 8]],
  ['checked', [true]],
  ['language', ['ts', 'c++']],
  ['in', ['q', 'r']],
  ['free', [true]],
];

export const pageWritingStyle: WritingStyle = {
  roots: (doc) => [pageRoots(doc).text, pageRoots(doc).attributes],
  editOnce: (doc, random) => editPage(doc, random),
};

export const PAGE_VOCABULARY: Vocabulary = {
  roots: ['text', 'text', 'text', 'attributes', 'restored', 'meta', 'other'],
  elements: ['textBlock', 'script'],
  keys: ['a.kind', 'a.onclick', '1:0', '__proto__'],
  entries: ['a.kind', 'b.in', 'kind', '1:0', 'schemaVersion'],
  formats: ['true', 'null', '{"href":"javascript:0"}', '{', '1e999'],
  embeds: [
    '{"id":"a"}',
    '{"id":"x","kind":"heading1","at":"s"}',
    '{"id":"y","onclick":"z"}',
    '{"place":"s"}',
    '{"join":"s"}',
    '{"join":""}',
    '[[]]',
    '{"__proto__":1}',
  ],
  values: ['heading1', [1, 0, 1, 0, 3], null],
};

function editPage(doc: Y.Doc, random: SeededRandom): void {
  const { text, attributes, restored } = pageRoots(doc);
  const at = random.int(0, text.length);
  const rest = Math.min(text.length - at, 5);
  switch (random.int(0, 9)) {
    case 0:
    case 1:
      text.insertEmbed(at, createMarker(random));
      break;
    case 2:
      setAttribute(attributes, random);
      break;
    case 3: {
      // A block is moved, or joined to another.
      const slot = random.pick(SLOTS);
      text.insertEmbed(at, { [random.pick(['place', 'join'])]: slot });
      attributes.set(`${random.pick(BLOCKS)}.at`, slot);
      break;
    }
    case 4:
      text.delete(at, rest);
      break;
    case 5:
      text.format(at, rest, {
        [random.pick(['bold', 'italic', 'code'])]: random.pick([null, true]),
        ...(random.chance(0.2) && { link: { href: 'https://example.org/' } }),
      });
      break;
    case 6: {
      // Undo restores a copy and records its source.
      const clock = Y.getState(doc.store, doc.clientID);
      text.insert(at, 'back');
      restored.set(`${doc.clientID}:${clock}`, [random.int(1, 5), clock, doc.clientID, 0, 4]);
      break;
    }
    default:
      text.insert(at, random.pick(WORDS).repeat(random.int(1, 3)));
  }
}

function createMarker(random: SeededRandom): object {
  const id = random.chance(0.3) ? random.pick(BLOCKS) : String(random.uint32());
  const [name, values] = random.pick(ATTRIBUTES);
  return { id, ...(random.chance(0.5) && { [name]: random.pick(values) }) };
}

function setAttribute(attributes: Y.Map<unknown>, random: SeededRandom): void {
  const [name, values] = random.pick(ATTRIBUTES);
  const value = random.chance(0.3) ? null : random.pick(values);
  attributes.set(`${random.pick(BLOCKS)}.${name}`, value);
}
