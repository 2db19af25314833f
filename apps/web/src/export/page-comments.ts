/** Writes the comments of a page for a file, and finds where they are in its text. */
import { pageRoots } from '@tandem/document';
import {
  createAnchor,
  type NearestLiving,
  PageText,
  resolveAnchor,
} from '@tandem/document/anchors';
import { arrangePage, AttributeIndex, FormatTable, readSegments } from '@tandem/document/stream';
import {
  type CommentThread,
  MAX_IMPORTED_REACTION_NAMES,
  MAX_REACTIONS_PER_MESSAGE,
  type NamedPerson,
  type ThreadMessage,
  type User,
} from '@tandem/protocol';
import type * as Y from 'yjs';
import { nearestLivingIn } from '../editor/binding/nearest-living.ts';
import { RestoredCopies } from '../editor/binding/restored-copies.ts';
import type { ExportedMessage, ExportedThread } from './exported-comments.ts';

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
    messages: messages.map(exportMessage),
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

function exportMessage(message: ThreadMessage): ExportedMessage {
  if (message.deletedAt !== null) return { kind: 'deleted' };
  const { text, author, at, editedAt, imported } = message;
  return {
    kind: 'message',
    text,
    author: named(imported?.author ?? author),
    at,
    editedAt,
    reactions: reactionsOf(message),
  };
}

/**
 * Those of the file from which it came stand before those of people here. Both together may be more than one message has
 * in a file: the last are left out.
 */
function reactionsOf({ reactions, imported }: ThreadMessage): {
  emoji: string;
  names: string[];
}[] {
  const names = new Map<string, string[]>();
  for (const { emoji, names: known } of imported?.reactions ?? []) names.set(emoji, [...known]);
  for (const { emoji, users } of reactions)
    names.set(emoji, [...(names.get(emoji) ?? []), ...users.map(({ name }) => name)]);
  let left = MAX_IMPORTED_REACTION_NAMES;
  return [...names].slice(0, MAX_REACTIONS_PER_MESSAGE).flatMap(([emoji, all]) => {
    const kept = all.slice(0, left);
    left -= kept.length;
    return kept.length === 0 ? [] : [{ emoji, names: kept }];
  });
}

function named({ name, color }: NamedPerson | User): NamedPerson {
  return { name, color };
}
