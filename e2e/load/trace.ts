/**
 * Editing traces of real people, in the format of github.com/josephg/editing-traces: one author
 * with ordered transactions, or several concurrent ones where each transaction applies to the merge
 * of its parents.
 */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import * as Y from 'yjs';

/** `[position, deleted, inserted]`, counted in Unicode code points. */
type Patch = readonly [number, number, string];

interface TraceFile {
  readonly kind?: 'concurrent';
  readonly startContent?: string;
  readonly endContent: string;
  readonly numAgents?: number;
  readonly txns: readonly {
    readonly parents?: readonly number[];
    readonly agent?: number;
    readonly patches: readonly Patch[];
  }[];
}

export interface Step {
  readonly author: number;
  readonly update: Uint8Array;
  readonly seen: ReadonlyMap<number, number>;
}

export interface Trace {
  readonly authors: number;
  readonly steps: readonly Step[];
  readonly endContent: string;
}

export const TEXT_ROOT = 'text';

export async function readTrace(path: string): Promise<Trace> {
  const bytes = await readFile(path);
  const file = JSON.parse(
    (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'),
  ) as TraceFile;
  const authors = file.numAgents ?? 1;
  const docs = Array.from({ length: authors }, (_, author) => authorDocument(author));
  const written: Uint8Array[][] = docs.map(() => []);
  const applied: number[][] = docs.map(() => docs.map(() => 0));
  const steps: Step[] = [];
  // For each transaction: its author, and how many steps the author has made up to it.
  const counts: { author: number; count: number }[] = [];
  for (const [
    index,
    { parents = index === 0 ? [] : [index - 1], agent = 0, patches },
  ] of file.txns.entries()) {
    const doc = docs[agent] as Y.Doc;
    const seenOf = applied[agent] as number[];
    for (const parent of parents) {
      const { author, count } = counts[parent] as { author: number; count: number };
      if (author === agent) continue;
      for (const update of (written[author] as Uint8Array[]).slice(seenOf[author], count))
        Y.applyUpdate(doc, update);
      seenOf[author] = Math.max(seenOf[author] as number, count);
    }
    const seen = Y.decodeStateVector(Y.encodeStateVector(doc));
    const update = updateOf(doc, () => {
      if (index === 0 && file.startContent) doc.getText(TEXT_ROOT).insert(0, file.startContent);
      for (const patch of patches) apply(doc.getText(TEXT_ROOT), patch);
    });
    (written[agent] as Uint8Array[]).push(update);
    counts.push({ author: agent, count: (written[agent] as Uint8Array[]).length });
    steps.push({ author: agent, update, seen });
  }
  return { authors, steps, endContent: file.endContent };
}

/**
 * Yjs orders concurrent texts at one position by client id; traces, by author. Lower ids come
 * first.
 */
function authorDocument(author: number): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = author + 1;
  return doc;
}

function updateOf(doc: Y.Doc, change: () => void): Uint8Array {
  let recorded: Uint8Array = Uint8Array.of(0, 0);
  const record = (update: Uint8Array) => (recorded = update);
  doc.on('update', record);
  doc.transact(change);
  doc.off('update', record);
  return recorded;
}

function apply(text: Y.Text, [position, deleted, inserted]: Patch): void {
  const [from, to] = isPlain(text)
    ? [position, position + deleted]
    : utf16Range(text.toJSON(), position, deleted);
  if (to > from) text.delete(from, to - from);
  if (inserted.length > 0) {
    if (TWO_UNITS.test(inserted)) astral.add(text);
    text.insert(from, inserted);
  }
}

/** Texts that may contain surrogate pairs; others need no conversion. */
const astral = new WeakSet<Y.Text>();
const TWO_UNITS = /[\ud800-\udfff]/;
const isPlain = (text: Y.Text) => !astral.has(text);

function utf16Range(text: string, position: number, deleted: number): [number, number] {
  const points = Array.from(text);
  const from = points.slice(0, position).join('').length;
  return [from, from + points.slice(position, position + deleted).join('').length];
}
