import * as Y from 'yjs';
import { AttributeIndex, attributeKey, parseAttributeKey } from '../stream/attributes.ts';
import { markerOf } from '../stream/embeds.ts';
import type { Formats } from '../stream/formats.ts';
import { pageRoots, type PageRoots } from '../stream/roots.ts';
import type { IdRange } from './id-ranges.ts';
import { type Match, matchStreams, thenRange } from './matching.ts';
import { partOf } from './noted-origins.ts';
import { readStream, type StreamReading } from './stream-reading.ts';

/** Characters that a restore wrote, and their originals (HI3). */
export interface RestoredRun {
  readonly clock: number;
  readonly length: number;
  readonly source: Y.ID;
}

/** Writes into a page, in a transaction, what makes it read as it did at an earlier moment. */
export type Restoration = (roots: PageRoots, transaction: Y.Transaction) => readonly RestoredRun[];

export function restorationOf(earlier: Y.Doc): Restoration {
  return (roots, transaction) => restorePage(roots, pageRoots(earlier), transaction);
}

/**
 * Makes a page read as it did at an earlier moment of its own life (HY8), by the least that does: what is there stays
 * itself, what was deleted comes back as a copy, and what was written since is deleted. So what others write meanwhile
 * stays, as do the authors of words and the places of comments.
 *
 * @param transaction of the page, in which the caller records the copies
 */
export function restorePage(
  roots: PageRoots,
  earlier: PageRoots,
  transaction: Y.Transaction,
): readonly RestoredRun[] {
  const { store, clientID } = transaction.doc;
  const start = Y.getState(store, clientID);
  const moments = [roots, earlier];
  const changes = planChanges(readStream(roots, moments), readStream(earlier, moments));
  if (changes.length > 0) roots.text.applyDelta(changes.map(({ source: _, ...change }) => change));
  restoreAttributes(roots, earlier);
  const sources = changes.flatMap(({ source }) => source ?? []);
  return copiesSince(transaction, { start, text: roots.text }).flatMap((item, i) => {
    const isRecorded = item.content instanceof Y.ContentString || markerOf(item) !== null;
    const { client, clock } = sources[i]!;
    if (!isRecorded) return [];
    return { clock: item.id.clock, length: item.length, source: Y.createID(client, clock) };
  });
}

interface Change {
  readonly insert?: string | object;
  readonly retain?: number;
  readonly delete?: number;
  readonly attributes?: Record<string, unknown>;
  /** Of what is inserted: its original. */
  readonly source?: IdRange;
}

function planChanges(now: StreamReading, then: StreamReading): Change[] {
  const changes: Change[] = [];
  let index = 0;
  for (const match of matchStreams(then, now)) {
    if (match.now === null) {
      changes.push(copyOf(match));
      continue;
    }
    const start = match.now.run.index + match.now.skipped;
    if (start > index) changes.push({ delete: start - index });
    const attributes = formatChange(match.now.run.formats, match.run.formats);
    changes.push({ retain: match.length, ...(attributes !== null && { attributes }) });
    index = start + match.length;
  }
  if (index < now.length) changes.push({ delete: now.length - index });
  const isChange = (change: Change): boolean =>
    change.retain === undefined || change.attributes !== undefined;
  return changes.slice(0, changes.findLastIndex(isChange) + 1);
}

function copyOf(match: Match): Change {
  const { run, skipped, length } = match;
  const insert = partOf(run.content, skipped, length);
  return { insert, attributes: { ...run.formats.values }, source: thenRange(match) };
}

function formatChange(now: Formats, then: Formats): Record<string, unknown> | null {
  if (now === then) return null;
  const attributes: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(now.values), ...Object.keys(then.values)])) {
    const value = then.values[name] ?? null;
    if (JSON.stringify(value) !== JSON.stringify(now.values[name] ?? null))
      attributes[name] = value;
  }
  return Object.keys(attributes).length > 0 ? attributes : null;
}

/** Values in force, of the blocks and containers of the earlier page (PM4). */
function restoreAttributes(roots: PageRoots, earlier: PageRoots): void {
  const fields = new Map<string, Readonly<Record<string, unknown>>>();
  const containers = new Set<string>();
  for (let item = earlier.text._start; item !== null; item = item.right) {
    const marker = item.deleted ? null : markerOf(item);
    if (marker !== null && !fields.has(marker.id)) fields.set(marker.id, marker);
  }
  const index = new AttributeIndex(earlier.attributes);
  for (const [id, marker] of fields)
    for (const container of index.containers(index.read(id, marker as never).in))
      containers.add(container);
  const keys = new Set([...earlier.attributes.keys(), ...roots.attributes.keys()]);
  for (const key of keys) {
    const parsed = parseAttributeKey(key);
    if (parsed === null) continue;
    const { id, name } = parsed;
    if (!fields.has(id) && !containers.has(id)) continue;
    const field = fields.get(id)?.[name] ?? null;
    const then = earlier.attributes.has(key) ? earlier.attributes.get(key) : field;
    const now = roots.attributes.has(key) ? roots.attributes.get(key) : field;
    if (JSON.stringify(then ?? null) !== JSON.stringify(now ?? null))
      roots.attributes.set(attributeKey(id, name), then ?? null);
  }
}

/** Items of the stream that this client has written since a clock, formats aside. */
function copiesSince(
  { doc }: Y.Transaction,
  { start, text }: { readonly start: number; readonly text: Y.Text },
): Y.Item[] {
  const structs = doc.store.clients.get(doc.clientID) ?? [];
  return structs.filter(
    (struct): struct is Y.Item =>
      struct.id.clock >= start &&
      struct instanceof Y.Item &&
      struct.parent === text &&
      !(struct.content instanceof Y.ContentFormat),
  );
}
