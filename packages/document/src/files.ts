import type * as Y from 'yjs';
import { FILE_ATTRIBUTES } from './nodes/file-attributes.ts';
import { parseAttributeKey } from './stream/attributes.ts';
import { markerOf } from './stream/embeds.ts';
import { pageRoots } from './stream/roots.ts';

/**
 * The ids of the files that the blocks of a page refer to, each once: those in force and those in markers. Only
 * markers are visited, because reading a long page as blocks takes many times as long.
 */
export function referencedFiles(doc: Y.Doc): string[] {
  const { text, attributes } = pageRoots(doc);
  const files = new Set<string>();
  const blocks = new Set<unknown>();
  const add = (file: unknown): void => {
    if (FILE_ATTRIBUTES.file(file) !== null) files.add(file as string);
  };
  for (let item = text._start; item !== null; item = item.right) {
    const fields = item.deleted ? null : markerOf(item);
    if (fields === null) continue;
    blocks.add(fields['id']);
    add(fields['file']);
  }
  for (const [key, value] of attributes.entries()) {
    const parsed = parseAttributeKey(key);
    if (parsed?.name === 'file' && blocks.has(parsed.id)) add(value);
  }
  return [...files];
}
