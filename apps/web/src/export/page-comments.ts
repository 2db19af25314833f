/** Writes the comments of a page for a file, and finds where they are in its text. */
import { pageRoots } from '@tandem/document';
import {
  createAnchor,
  type NearestLiving,
  PageText,
  resolveAnchor,
} from '@tandem/document/anchors';
import { arrangePage, AttributeIndex, FormatTable, readSegments } from '@tandem/document/stream';
import type { CommentThread, ThreadMessage } from '@tandem/protocol';
import type * as Y from 'yjs';
import { nearestLivingIn } from '../editor/binding/nearest-living.ts';
import { RestoredCopies } from '../editor/binding/restored-copies.ts';
import type { ExportedComment, ExportedThread } from './exported-comments.ts';
import { exportMessage, named } from './page-messages.ts';

export function exportComments(
  doc: Y.Doc,
  threads: readonly CommentThread[],
): readonly ExportedThread[] {
  if (threads.length === 0) return [];
  const roots = pageRoots(doc);
  const page = pageTextOf(doc);
  const nearestLiving = nearestLivingIn(roots.text, new RestoredCopies(roots));
  return threads.map(({ anchor, resolved, messages }) => ({
    place: placeOf(anchor, { page, nearestLiving }),
    resolved: resolved && { by: named(resolved.imported ?? resolved.by), at: resolved.at },
    messages: messages.map(exportComment),
  }));
}

export function pageTextOf(doc: Y.Doc): PageText {
  const { text, attributes } = pageRoots(doc);
  const source = { text, attributes: new AttributeIndex(attributes), formats: new FormatTable() };
  return new PageText(arrangePage(readSegments(source)).blocks);
}

function placeOf(
  anchor: CommentThread['anchor'],
  { page, nearestLiving }: { readonly page: PageText; readonly nearestLiving: NearestLiving },
): ExportedThread['place'] {
  const found = resolveAnchor(page, anchor, nearestLiving);
  const range = found && page.trim(found);
  // The words as they are now, which others may have changed since.
  const current = range && createAnchor(page, range);
  const { block, quote, prefix, suffix, length, unique } = current ?? anchor;
  const words = { block, quote, prefix, suffix, length, unique };
  return { range: current && range && { from: range.from, to: range.to }, ...words };
}

function exportComment(message: ThreadMessage): ExportedComment {
  return message.deletedAt === null
    ? { kind: 'message', ...exportMessage(message) }
    : { kind: 'deleted' };
}
