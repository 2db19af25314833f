/**
 * The zip file of a workspace. `tandem.json` lists its documents in the order of the tree; each has a file of its own,
 * which is lossless, a Markdown file for people, and its images and files. Hashes are SHA-256 of the unpacked files.
 *
 *     tandem.json
 *     documents/<id>.json
 *     files/<id of the document>/<name>
 *     Tide log.md    Tide log/Monday.md
 */
import * as z from 'zod/mini';
import { exportedThread, MAX_EXPORTED_THREADS } from './exported-comments.ts';
import { exportedChatMessage, MAX_EXPORTED_MESSAGES } from './exported-messages.ts';

export const MANIFEST_PATH = 'tandem.json';
/** A reader refuses a higher one. */
export const WORKSPACE_VERSION = 1;
export const MAX_WORKSPACE_DOCUMENTS = 5_000;
export const MAX_FILES_PER_DOCUMENT = 2_000;

const path = z.string().check(z.minLength(1), z.maxLength(2_000));
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** In ISO 8601. `z.iso` would be in the script that loads with the first document, with all of Zod that is used later. */
const instant = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/));
const id = z.string().check(z.minLength(1), z.maxLength(64));

const workspaceFile = z.object({
  id,
  name: z.string().check(z.maxLength(200)),
  type: z.string().check(z.maxLength(100)),
  size: z.int().check(z.nonnegative()),
  path,
  sha256,
});
export type WorkspaceFile = z.infer<typeof workspaceFile>;

export const workspaceDocument = z.object({
  id,
  /** An earlier document of the list; null at the top of the tree. */
  parent: z.nullable(id),
  title: z.string().check(z.maxLength(1_000)),
  kind: z.enum(['page', 'data']),
  path,
  sha256,
  /** Null for a document that is no text. */
  markdown: z.nullable(path),
  files: z.array(workspaceFile).check(z.maxLength(MAX_FILES_PER_DOCUMENT)),
});
export type WorkspaceDocument = z.infer<typeof workspaceDocument>;

export const workspaceManifest = z.object({
  format: z.literal('tandem-workspace'),
  version: z.int().check(z.positive()),
  exportedAt: instant,
  /** Null for an entry that cannot be read, which costs one document. */
  documents: z
    .array(z.catch(z.nullable(workspaceDocument), null))
    .check(z.maxLength(MAX_WORKSPACE_DOCUMENTS)),
});
export type WorkspaceManifest = z.infer<typeof workspaceManifest>;

/** Null for one that cannot be read, or for all of them: the text comes back without. */
function readableOf<T extends z.ZodMiniType>(one: T, max: number) {
  const all = z.array(z.catch(z.nullable(one), null)).check(z.maxLength(max));
  return z.catch(z.nullable(all), null);
}

/** A document's own file. What is in `blocks` is checked by the schema of pages. */
export const documentFile = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('page'),
    blocks: z.array(z.unknown()),
    comments: readableOf(exportedThread, MAX_EXPORTED_THREADS),
    /** The newest messages, in their order. */
    chat: readableOf(exportedChatMessage, MAX_EXPORTED_MESSAGES),
  }),
  /** Base64 of an update in Yjs's V1 encoding. */
  z.object({ kind: z.literal('data'), update: z.base64() }),
]);
export type DocumentFile = z.infer<typeof documentFile>;
