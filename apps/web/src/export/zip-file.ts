/** Writes a zip file part by part, with the browser's own compression. */
import {
  BlobReader,
  BlobWriter,
  TextReader,
  ZipWriter,
} from '@zip.js/zip.js/lib/zip-core-external.js';

/** Compressed already, so that compressing again costs time and saves nothing. */
const PACKED = /\.(?:png|jpe?g|gif|webp|avif|zip|gz|mp[34]|mov|pdf|docx|xlsx|pptx)$/i;

interface ZipFileOptions {
  /** `stored` for a file that is unpacked at once. */
  readonly compression?: 'packed' | 'stored';
  /** Without it, `close` returns the file. */
  readonly writable?: WritableStream<Uint8Array>;
}

export class ZipFile {
  readonly #compression: 'packed' | 'stored';
  readonly #result: BlobWriter | null;
  readonly #writer: ZipWriter<unknown>;

  constructor({ compression = 'packed', writable }: ZipFileOptions = {}) {
    this.#compression = compression;
    this.#result = writable === undefined ? new BlobWriter('application/zip') : null;
    this.#writer = new ZipWriter(this.#result ?? writable!, { useWebWorkers: false });
  }

  async add(path: string, content: Blob | string): Promise<void> {
    await this.#writer.add(
      path,
      typeof content === 'string' ? new TextReader(content) : new BlobReader(content),
      this.#compression === 'stored' || PACKED.test(path) ? { level: 0 } : {},
    );
  }

  /** @returns an empty file when it was written to a stream */
  async close(): Promise<Blob> {
    await this.#writer.close();
    return (await this.#result?.getData()) ?? new Blob();
  }
}
