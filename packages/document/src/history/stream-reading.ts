import * as Y from 'yjs';
import { slotOf } from '../stream/embeds.ts';
import { type Formats, FormatTable } from '../stream/formats.ts';
import type { PageRoots } from '../stream/roots.ts';
import type { IdRange } from './id-ranges.ts';
import { NotedOrigins, partOf, type StreamContent } from './noted-origins.ts';

/** A part of the stream: characters of one client with one set of formats, or one embed. */
export interface StreamRun {
  readonly id: IdRange;
  readonly origin: IdRange;
  /** Its place among all that is not deleted. */
  readonly index: number;
  readonly content: StreamContent;
  readonly formats: Formats;
  /** The embed of a slot, to be compared. */
  readonly slot: string | null;
}

export interface StreamReading {
  readonly runs: readonly StreamRun[];
  readonly length: number;
}

const FORMATS = new FormatTable();

/** @param moments of the page, in which the originals of copies are looked up */
export function readStream(roots: PageRoots, moments: readonly PageRoots[]): StreamReading {
  const origins = new NotedOrigins(roots.restored, moments);
  const runs: StreamRun[] = [];
  let formats = FORMATS.none;
  let length = 0;
  for (let item = roots.text._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    const { content } = item;
    if (content instanceof Y.ContentFormat) {
      formats = FORMATS.with(formats, content.key, content.value);
      continue;
    }
    const whole = contentOf(content);
    if (whole !== null) {
      const { client, clock } = item.id;
      const slot = slotOf(item) === null ? null : JSON.stringify(whole);
      for (const { skipped, origin } of origins.of({ client, clock, length: item.length }, whole))
        runs.push({
          id: { client, clock: clock + skipped, length: origin.length },
          origin,
          index: length + skipped,
          content: partOf(whole, skipped, origin.length),
          formats,
          slot,
        });
    }
    length += item.length;
  }
  return { runs, length };
}

function contentOf(content: Y.Item['content']): StreamContent | null {
  if (content instanceof Y.ContentString) return content.str;
  return content instanceof Y.ContentEmbed ? content.embed : null;
}
