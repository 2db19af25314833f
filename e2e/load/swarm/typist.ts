/**
 * Updates as editors produce them: keys at a moving cursor, corrections, and occasional pasted text
 * with a stamp.
 */
import { SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';
import { FIRST_CLIENT, TEXT_ROOT } from './messages.ts';
import { STAMP_LENGTH, stampedText } from './stamp.ts';

const MOVES = 0.02;
const DELETES = 0.12;
/** As in the Automerge trace's paper: 260,000 edits leave 105,000 letters. */
const LONG_DOCUMENT_DELETES = 0.3;
const PASTE_EVERY = 10;
const EDITS_PER_UPDATE = 1_000;
const LETTERS = 'etaoin shrdlu cmfwyp vbgkqjxz';

export interface Typed {
  readonly updates: readonly Uint8Array[];
  readonly stamps: number;
}

export function typeKeys(
  writer: number,
  { count, seed }: { readonly count: number; readonly seed: number },
): Typed {
  const random = new SeededRandom(seed * 10_007 + writer);
  const { doc, text, updates } = createAuthorDocument(writer);
  let stamps = 0;
  let cursor = 0;
  while (updates.length < count) {
    if (updates.length % PASTE_EVERY === PASTE_EVERY - 1) {
      // Stamps go to the end, where no other edit touches them.
      text.insert(text.length, stampedText(STAMP_LENGTH, { writer, number: stamps++, atMs: 0 }));
    } else {
      const typed = text.length - stamps * STAMP_LENGTH;
      cursor = typeKey(text, { random, deletes: DELETES, cursor, typed });
    }
  }
  doc.destroy();
  return { updates, stamps };
}

export function typeLongDocument(
  writer: number,
  { edits, seed }: { readonly edits: number; readonly seed: number },
): readonly Uint8Array[] {
  const random = new SeededRandom(seed);
  const { doc, text, updates } = createAuthorDocument(writer);
  let cursor = 0;
  for (let done = 0; done < edits; done += EDITS_PER_UPDATE) {
    doc.transact(() => {
      for (let edit = 0; edit < EDITS_PER_UPDATE; edit++)
        cursor = typeKey(text, {
          random,
          deletes: LONG_DOCUMENT_DELETES,
          cursor,
          typed: text.length,
        });
    });
  }
  doc.destroy();
  return updates;
}

function createAuthorDocument(writer: number): {
  readonly doc: Y.Doc;
  readonly text: Y.Text;
  readonly updates: Uint8Array[];
} {
  const doc = new Y.Doc();
  doc.clientID = FIRST_CLIENT + writer;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  return { doc, text: doc.getText(TEXT_ROOT), updates };
}

function typeKey(
  text: Y.Text,
  {
    random,
    deletes,
    cursor: before,
    typed,
  }: {
    readonly random: SeededRandom;
    readonly deletes: number;
    readonly cursor: number;
    readonly typed: number;
  },
): number {
  const cursor = random.next() < MOVES ? random.int(0, typed) : before;
  if (cursor > 0 && random.next() < deletes) {
    text.delete(cursor - 1, 1);
    return cursor - 1;
  }
  text.insert(cursor, LETTERS[random.int(0, LETTERS.length - 1)] as string);
  return cursor + 1;
}
