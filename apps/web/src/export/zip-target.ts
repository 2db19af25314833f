/**
 * Where a large zip file is written: the private files of this origin, on disk, until the next one or until the person
 * signs out. Where a browser has none, in memory.
 */
const NAME = 'export.zip';

export interface ZipTarget {
  readonly writable: WritableStream<Uint8Array>;
  /** After the stream is closed. */
  readonly finish: () => Promise<Blob>;
}

export async function createZipTarget(): Promise<ZipTarget> {
  return (await onDisk()) ?? inMemory();
}

async function onDisk(): Promise<ZipTarget | null> {
  try {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle(NAME, { create: true });
    // Begins with an empty file: an earlier export is over.
    const writable = await handle.createWritable();
    return {
      writable,
      finish: async () => new Blob([await handle.getFile()], { type: 'application/zip' }),
    };
  } catch {
    return null;
  }
}

function inMemory(): ZipTarget {
  const chunks: BlobPart[] = [];
  return {
    writable: new WritableStream({
      write(chunk) {
        // The stream reuses its buffers.
        chunks.push(chunk.slice());
      },
    }),
    finish: () => Promise.resolve(new Blob(chunks, { type: 'application/zip' })),
  };
}
