/** The images and files of a document, read for an export. */
import type { Block, FileBlock, ImageBlock } from '@tandem/document';

/** @returns null for a file that cannot be read now */
export type ReadFile = (file: string) => Promise<Blob | null>;

export interface ExportedFiles {
  readonly blobs: ReadonlyMap<string, Blob>;
  readonly names: ReadonlyMap<string, string>;
  /** Names of those that could not be read. */
  readonly missing: readonly string[];
  /** Names of those that are too large for this format. */
  readonly tooLarge: readonly string[];
}

export interface ReadFilesOptions {
  /** For a format that only names the others. */
  readonly imagesOnly: boolean;
  readonly readFile: ReadFile;
  /** Of all files together. */
  readonly maxBytes: number;
}

export async function readFiles(
  blocks: readonly Block[],
  { readFile, imagesOnly, maxBytes }: ReadFilesOptions,
): Promise<ExportedFiles> {
  const blobs = new Map<string, Blob>();
  const names = new Map<string, string>();
  const missing: string[] = [];
  const tooLarge: string[] = [];
  let left = maxBytes;
  for (const { type, attrs } of fileBlocks(blocks)) {
    const id = attrs?.file ?? null;
    if (imagesOnly && type !== 'image') continue;
    if (id === null || names.has(id)) continue;
    const name = attrs?.name ?? id;
    names.set(id, name);
    if ((attrs?.size ?? 0) > left) {
      tooLarge.push(name);
      continue;
    }
    const blob = await readFile(id);
    if (blob === null) missing.push(name);
    else if (blob.size > left) tooLarge.push(name);
    else {
      blobs.set(id, blob);
      left -= blob.size;
    }
  }
  return { blobs, names, missing, tooLarge };
}

export function* fileBlocks(blocks: readonly Block[]): Generator<FileBlock | ImageBlock> {
  for (const block of blocks) {
    if (block.type === 'quote') yield* fileBlocks(block.content ?? []);
    else if (block.type === 'file' || block.type === 'image') yield block;
  }
}
