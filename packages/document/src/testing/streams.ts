import * as Y from 'yjs';
import { arrangePage } from '../stream/blocks.ts';
import { AttributeIndex } from '../stream/attributes.ts';
import { FormatTable } from '../stream/formats.ts';
import { pageRoots } from '../stream/roots.ts';
import { readSegments } from '../stream/segments.ts';

export type StreamPart = string | Readonly<Record<string, unknown>>;

export function streamOf(
  parts: readonly StreamPart[],
  attributes: Readonly<Record<string, unknown>> = {},
): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = 1;
  const roots = pageRoots(doc);
  doc.transact(() => {
    roots.text.applyDelta(parts.map((insert) => ({ insert: insert as string })));
    for (const [key, value] of Object.entries(attributes)) roots.attributes.set(key, value);
  });
  return doc;
}

/** Formats each block as `<containers>/<id>: <text>`; an unnamed one as `?`. */
export function shownBlocks(doc: Y.Doc): string[] {
  const { text, attributes } = pageRoots(doc);
  const index = new AttributeIndex(attributes);
  const segments = readSegments({ text, attributes: index, formats: new FormatTable() });
  return arrangePage(segments).blocks.map(({ id, attributes: { in: container }, content }) => {
    const path = [...index.containers(container), id ?? '?'].join('/');
    return `${path}: ${content.map((part) => part.text).join('')}`.trim();
  });
}
