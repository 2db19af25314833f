/** What a backup says about itself: BK4. It is written last, and read first. */
import { z } from 'zod';
import { OBJECT_KEY } from '../objects/object-store.ts';
import { StorageError } from '../storage-error.ts';

export const DATABASE_FILE = 'tandem.db';
export const SECRET_FILE = 'secret';
export const FILES_FOLDER = 'files';
export const MANIFEST_FILE = 'manifest.json';
export const MAX_SECRET_BYTES = 4_096;
/** With the keys of a million lost files. */
export const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

const FORMAT = 1;

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().min(1).max(128);

const manifest = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the product. */
  version: name,
  /** Everything that was acknowledged by then is in the backup. */
  createdAt: z.iso.datetime(),
  /** The migrations of the database. */
  schema: z.array(name).min(1).max(1_000),
  database: z.strictObject({ bytes: count, sha256 }),
  tables: z
    .array(z.strictObject({ table: name, rows: count, sha256 }))
    .min(1)
    .max(1_000),
  /** Null: the operator has set it. */
  secret: z.strictObject({ sha256 }).nullable(),
  /** Null: the operator keeps them elsewhere. */
  files: z
    .strictObject({
      count,
      bytes: count,
      /** Deleted while the backup was made. */
      deleted: z.array(z.string().regex(OBJECT_KEY)),
      /** Lost or damaged before. */
      lost: z.array(z.string().regex(OBJECT_KEY)),
    })
    .nullable(),
});

export type Manifest = z.infer<typeof manifest>;
export type ManifestFiles = NonNullable<Manifest['files']>;

/** @throws StorageError where no restore would read it. */
export function encodeManifest(fields: Omit<Manifest, 'format'>): string {
  const text = `${JSON.stringify({ format: FORMAT, ...fields }, null, 2)}\n`;
  if (text.length <= MAX_MANIFEST_BYTES) return text;
  throw refusal(
    `The server has lost more files than a manifest can name: ${fields.files?.lost.length}. Check FILES_URL, or add --without-files.`,
  );
}

/** @throws StorageError */
export function parseManifest(text: string, path: string): Manifest {
  const result = manifest.safeParse(parseJson(text, path));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.path[0] === 'format')
    throw refusal(
      `${path} has a format that this version does not know. Restore the backup with the version that made it, or a later one.`,
    );
  throw refusal(
    `${path} is damaged, or is not of a backup of Tandem: "${issue?.path.join('.')}" is not what it should be.`,
  );
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(`${path} is damaged, or is not of a backup of Tandem: it is not JSON.`);
  }
}

export function refusal(message: string): StorageError {
  return new StorageError({ message, retryable: false, damaged: false });
}
