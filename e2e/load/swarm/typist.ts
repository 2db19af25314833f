/** Updates as editors make them: keys at a cursor that moves, corrections, now and then a pasted piece that has a stamp. */
import { SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';
import { FIRST_CLIENT, TEXT_ROOT } from './messages.ts';
import { STAMP_LENGTH, stampedText } from './stamp.ts';

/** Shares of what a person does. */
const MOVES = 0.02;
const DELETES = 0.12;
/** As in the paper of the Automerge trace, of whose 260,000 edits 105,000 letters are left. */
const PAPER_DELETES = 0.3;
const PASTE_EVERY = 10;
const EDITS_PER_UPDATE = 1_000;
const LETTERS = 'etaoin shrdlu cmfwyp vbgkqjxz';

export interface Typed {
  readonly updates: readonly Uint8Array[];
  /** How many of them are stamped. */
  readonly stamps: number;
}

/** What one writer types who sees nothing of the others. */
export function type(
  writer: number,
  { count, seed }: { readonly count: number; readonly seed: number },
): Typed {
  const random = new SeededRandom(seed * 10_007 + writer);
  const { doc, text, updates } = paperOf(writer);
  let stamps = 0;
  let cursor = 0;
  while (updates.length < count) {
    if (updates.length % PASTE_EVERY === PASTE_EVERY - 1) {
      // At the end, where nothing is typed into it or deleted from it.
      text.insert(text.length, stampedText(STAMP_LENGTH, { writer, number: stamps++, atMs: 0 }));
    } else {
      const typed = text.length - stamps * STAMP_LENGTH;
      cursor = strike(text, { random, deletes: DELETES, cursor, typed });
    }
  }
  doc.destroy();
  return { updates, stamps };
}

/** A long text by one writer, as updates of a thousand edits each. */
export function typePaper(
  writer: number,
  { edits, seed }: { readonly edits: number; readonly seed: number },
): readonly Uint8Array[] {
  const random = new SeededRandom(seed);
  const { doc, text, updates } = paperOf(writer);
  let cursor = 0;
  for (let done = 0; done < edits; done += EDITS_PER_UPDATE) {
    doc.transact(() => {
      for (let edit = 0; edit < EDITS_PER_UPDATE; edit++)
        cursor = strike(text, { random, deletes: PAPER_DELETES, cursor, typed: text.length });
    });
  }
  doc.destroy();
  return updates;
}

function paperOf(writer: number): {
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

/** One key. @param typed how much may be typed into. @returns where the cursor is then. */
function strike(
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
