/** Uploaded files: their ids, names, types and limits. The rules are FI1 to FI12 of PROTOCOL.md. */
import * as z from 'zod/mini';
import { count, instant, ulid, user, userId } from './messages/field.ts';
import { fitText, hasVisibleText } from './text.ts';

export const MAX_FILE_NAME_LENGTH = 200;

/** Of a file in a document, chosen by the client. */
export const fileId = ulid;

/** The types that browsers show as images in a page. */
const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'] as const;
export const OTHER_FILE_TYPE = 'application/octet-stream';

export const fileType = z.enum([...IMAGE_TYPES, OTHER_FILE_TYPE]);
export type FileType = z.infer<typeof fileType>;

export const storedFile = z.object({
  id: fileId,
  name: z.string().check(z.maxLength(MAX_FILE_NAME_LENGTH)),
  size: z.int().check(z.nonnegative()),
  /** By its content. */
  type: fileType,
  /** In pixels as shown; null for a file that is not shown as an image. */
  width: z.nullable(z.int().check(z.positive())),
  height: z.nullable(z.int().check(z.positive())),
});
export type StoredFile = z.infer<typeof storedFile>;

export const fileLimits = z.object({
  /** 0: this server takes no files. */
  maxFileBytes: z.int().check(z.nonnegative()),
});

export const MAX_LISTED_FILES = 100;

/** The files that a person may delete (FI11), those that were added last first. */
export const fileList = z.extend(fileLimits, {
  /** False: only those that this person has uploaded. */
  isWhole: z.boolean(),
  files: z
    .array(z.extend(storedFile, { by: userId, at: instant }))
    .check(z.maxLength(MAX_LISTED_FILES)),
  people: z.array(user),
  /** Of all of them, also those on other pages. */
  count,
  bytes: count,
  /** The id before which the list goes on. */
  next: z.nullable(fileId),
});
export type FileList = z.infer<typeof fileList>;

export const filesPath = (document: string): string =>
  `/api/documents/${encodeURIComponent(document)}/files`;

export const filePath = (document: string, file: string): string =>
  `${filesPath(document)}/${encodeURIComponent(file)}`;

export const fileCopyPath = (document: string, file: string): string =>
  `${filePath(document, file)}/copy`;

const FOLDERS = /^.*[/\\]/s;
/** They show a name in another order than it has, such as `exe.png` for `gnp.exe`. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const EXTENSION = /\.[A-Za-z0-9]{1,10}$/;
const NO_NAME = 'file';

/** The name of a file as it is stored and shown: without folders, one line, and never empty. */
export function toFileName(given: string): string {
  const name = given.replace(FOLDERS, '').replace(DIRECTIONS, '').trimEnd();
  // What opens the file stays when a long name is cut.
  const extension = EXTENSION.exec(name)?.[0] ?? '';
  const stem = fitText(name.slice(0, name.length - extension.length), {
    lines: 'one',
    maxLength: MAX_FILE_NAME_LENGTH - extension.length,
  });
  const fitted = (stem + extension).trim();
  return hasVisibleText(fitted) && !/^\.+$/.test(fitted) ? fitted : NO_NAME;
}
