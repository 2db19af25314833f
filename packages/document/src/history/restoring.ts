import * as Y from 'yjs';
import { AttributeIndex, attributeKey, parseAttributeKey } from '../stream/attributes.ts';
import { markerOf, slotOf } from '../stream/embeds.ts';
import { type Formats, FormatTable } from '../stream/formats.ts';
import type { PageRoots } from '../stream/roots.ts';
import { type IdRange, IdRanges } from './id-ranges.ts';
import { longestIncreasing } from './increasing-run.ts';
import { Origins } from './origins.ts';

/** Characters that a restore wrote, and their originals (HI3). */
export interface RestoredRun {
  readonly clock: number;
  readonly length: number;
  readonly source: Y.ID;
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
  const changes = planChanges(readStream(roots), readStream(earlier));
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

/** A part of the stream: characters of one client with one set of formats, or one embed. */
interface StreamRun {
  readonly id: IdRange;
  readonly origin: IdRange;
  /** Its place among all that is not deleted. */
  readonly index: number;
  readonly content: string | object;
  readonly formats: Formats;
  readonly slot: string | null;
}

interface StreamReading {
  readonly runs: readonly StreamRun[];
  readonly length: number;
}

const FORMATS = new FormatTable();

function readStream({ text, restored }: PageRoots): StreamReading {
  const origins = new Origins(restored);
  const runs: StreamRun[] = [];
  let formats = FORMATS.none;
  let length = 0;
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    const { content } = item;
    if (content instanceof Y.ContentFormat) {
      formats = FORMATS.with(formats, content.key, content.value);
      continue;
    }
    const { client, clock } = item.id;
    const whole = { client, clock, length: item.length };
    const isText = content instanceof Y.ContentString;
    if (!isText && !(content instanceof Y.ContentEmbed)) {
      length += item.length;
      continue;
    }
    const slot = slotOf(item)?.id ?? null;
    for (const { skipped, origin } of origins.of(whole)) {
      const id = { client, clock: clock + skipped, length: origin.length };
      const value = isText
        ? content.str.slice(skipped, skipped + origin.length)
        : (content.embed as object);
      runs.push({ id, origin, index: length + skipped, content: value, formats, slot });
    }
    length += item.length;
  }
  return { runs, length };
}

interface Change {
  readonly insert?: string | object;
  readonly retain?: number;
  readonly delete?: number;
  readonly attributes?: Record<string, unknown>;
  /** Of what is inserted: its original. */
  readonly source?: IdRange;
}

/** A part of a run of the earlier page. `index` is where it stands now, null where it was deleted. */
interface Wanted {
  readonly run: StreamRun;
  readonly skipped: number;
  readonly length: number;
  readonly index: number | null;
  readonly formats: Formats;
}

function planChanges(now: StreamReading, then: StreamReading): Change[] {
  const wanted = inOrder(matchRuns(now, then));
  const changes: Change[] = [];
  let index = 0;
  for (const each of wanted) {
    if (each.index === null) {
      changes.push(copyOf(each));
      continue;
    }
    if (each.index > index) changes.push({ delete: each.index - index });
    const attributes = formatChange(each.formats, each.run.formats);
    changes.push({ retain: each.length, ...(attributes !== null && { attributes }) });
    index = each.index + each.length;
  }
  if (index < now.length) changes.push({ delete: now.length - index });
  const isChange = (change: Change): boolean =>
    change.retain === undefined || change.attributes !== undefined;
  return changes.slice(0, changes.findLastIndex(isChange) + 1);
}

function matchRuns(now: StreamReading, then: StreamReading): Wanted[] {
  const living = new IdRanges<StreamRun>();
  const slots = new Map<string, StreamRun>();
  for (const run of now.runs) {
    living.add(run.origin, run);
    if (run.slot !== null && !slots.has(run.slot)) slots.set(run.slot, run);
  }
  return then.runs.flatMap((run) =>
    Array.from(living.cut(run.origin), ({ clock, length, value, skipped }): Wanted => {
      // Copies of slots are not recorded, but named.
      const found = value ?? (run.slot === null ? undefined : slots.get(run.slot));
      const index = found === undefined ? null : found.index + skipped;
      const formats = found?.formats ?? run.formats;
      return { run, skipped: clock - run.origin.clock, length, index, formats };
    }),
  );
}

/** What stands in another order than before becomes a copy; as a rule, nothing does. */
function inOrder(wanted: readonly Wanted[]): readonly Wanted[] {
  const kept = wanted.filter(({ index }) => index !== null);
  const stays = longestIncreasing(kept.map(({ index }) => index!));
  if (stays.size === kept.length) return wanted;
  const moved = new Set(kept.filter((_, i) => !stays.has(i)));
  return wanted.map((each) => (moved.has(each) ? { ...each, index: null } : each));
}

function copyOf({ run, skipped, length }: Wanted): Change {
  const { content, formats, id } = run;
  const insert = typeof content === 'string' ? content.slice(skipped, skipped + length) : content;
  const source = { client: id.client, clock: id.clock + skipped, length };
  return { insert, attributes: { ...formats.values }, source };
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
