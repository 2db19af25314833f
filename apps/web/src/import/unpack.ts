/** Unpacks a part of a zip file within a limit. */
import type { FileEntry } from '@zip.js/zip.js/lib/zip-core-external.js';
import { RefusedFile } from './imported.ts';

/** Counts what comes out, because the size that a zip file states may be a lie. */
export async function unpack(entry: FileEntry, maxBytes: number): Promise<Blob> {
  if (entry.uncompressedSize > maxBytes) throw new RefusedFile('too-large');
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  await entry.getData(
    new WritableStream<Uint8Array<ArrayBuffer>>({
      write(chunk) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw new RefusedFile('too-large');
        chunks.push(chunk);
      },
    }),
  );
  return new Blob(chunks);
}
