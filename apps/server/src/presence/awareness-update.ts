/**
 * Reads and writes y-protocols awareness updates: `varuint(n)` and n entries of `varuint(client)
 * varuint(clock) varstring(state as JSON, or "null")`. Counts, sizes and depth are untrusted and
 * checked before anything is parsed or kept.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import {
  MAX_AWARENESS_BYTES,
  MAX_AWARENESS_STATE_BYTES,
  MAX_AWARENESS_STATE_DEPTH,
  toStorable,
} from '@tandem/protocol';

export interface AwarenessEntry {
  readonly client: number;
  readonly clock: number;
  /** JSON of an object; null: the client left. */
  readonly state: string | null;
}

export type AwarenessReading =
  | { readonly kind: 'ok'; readonly entries: readonly AwarenessEntry[] }
  | { readonly kind: 'invalid'; readonly reason: string };

const MAX_CLIENT = 0xffffffff;
const MAX_CLOCK = 2 ** 31;
/** Client, clock, length and a state of one byte. */
const MIN_ENTRY_BYTES = 4;

/** The longest varuints for the number of entries, and for a client, clock and length. */
const MAX_COUNT_BYTES = 3;
const MAX_ENTRY_HEAD_BYTES = 5 + 8 + 3;

/** No entries: a no-op message, for clients with a silence timeout. */
export const EMPTY_AWARENESS = Uint8Array.of(0);

export function readAwareness(update: Uint8Array): AwarenessReading {
  if (update.byteLength > MAX_AWARENESS_BYTES) return invalid('awareness too large');
  const entries: AwarenessEntry[] = [];
  try {
    const decoder = decoding.createDecoder(update);
    const count = decoding.readVarUint(decoder);
    if (count * MIN_ENTRY_BYTES > update.byteLength)
      return invalid('more awareness entries than bytes');
    for (let i = 0; i < count; i++) {
      const client = decoding.readVarUint(decoder);
      const clock = decoding.readVarUint(decoder);
      const bytes = decoding.readVarUint8Array(decoder);
      if (client > MAX_CLIENT) return invalid('awareness client id out of range');
      if (clock > MAX_CLOCK) return invalid('awareness clock out of range');
      if (bytes.byteLength > MAX_AWARENESS_STATE_BYTES) return invalid('awareness state too large');
      const json = utf8.decode(bytes);
      if (json === 'null') {
        entries.push({ client, clock, state: null });
        continue;
      }
      if (nestedDeeperThan(json, MAX_AWARENESS_STATE_DEPTH))
        return invalid('awareness state too deep');
      const state: unknown = JSON.parse(json);
      if (typeof state !== 'object' || state === null || Array.isArray(state))
        return invalid('awareness state is not an object');
      entries.push({ client, clock, state: storableJson(json, state) });
    }
    if (decoding.hasContent(decoder)) return invalid('bytes after the awareness entries');
  } catch {
    return invalid('awareness does not decode');
  }
  return { kind: 'ok', entries };
}

export function writeAwareness(entries: readonly AwarenessEntry[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, entries.length);
  for (const { client, clock, state } of entries) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, state ?? 'null');
  }
  return encoding.toUint8Array(encoder);
}

export function writeAwarenessInPieces(entries: readonly AwarenessEntry[]): readonly Uint8Array[] {
  const updates: Uint8Array[] = [];
  let piece: AwarenessEntry[] = [];
  let bytes = MAX_COUNT_BYTES;
  for (const entry of entries) {
    const size = MAX_ENTRY_HEAD_BYTES + (entry.state === null ? 4 : Buffer.byteLength(entry.state));
    if (bytes + size > MAX_AWARENESS_BYTES && piece.length > 0) {
      updates.push(writeAwareness(piece));
      piece = [];
      bytes = MAX_COUNT_BYTES;
    }
    piece.push(entry);
    bytes += size;
  }
  if (piece.length > 0) updates.push(writeAwareness(piece));
  return updates;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function invalid(reason: string): AwarenessReading {
  return { kind: 'invalid', reason };
}

const SUSPECT_ESCAPE = /\\u(?:0000|d[89a-f])/i;

/** Strips U+0000 and lone surrogates, which JSON escapes can encode and raw UTF-8 cannot (W38). */
function storableJson(json: string, state: object): string {
  if (!SUSPECT_ESCAPE.test(json)) return json;
  return JSON.stringify(state, (_key, value: unknown) => {
    if (typeof value === 'string') return toStorable(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [toStorable(name), inner]),
    );
  });
}

/**
 * Counts brackets outside of strings before `JSON.parse`: deep values would overflow recursive
 * code.
 */
function nestedDeeperThan(json: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') {
      inString = true;
    } else if (char === '{' || char === '[') {
      depth++;
      if (depth > limit) return true;
    } else if (char === '}' || char === ']') {
      depth--;
    }
  }
  return false;
}
