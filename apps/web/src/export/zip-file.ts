/** Writes a zip file part by part, with the browser's own compression. */
import {
  BlobReader,
  BlobWriter,
  TextReader,
  ZipWriter,
} from '@zip.js/zip.js/lib/zip-core-external.js';

/** Compressed already, so that compressing again costs time and saves nothing. */
const PACKED = /\.(?:png|jpe?g|gif|webp|avif|zip|gz|mp[34]|mov|pdf|docx|xlsx|pptx)$/i;

export class ZipFile {
  readonly #compression: 'packed' | 'stored';
  readonly #writer = new ZipWriter(new BlobWriter('application/zip'), { useWebWorkers: false });

  /** @param compression `stored` for a file that is unpacked at once */
  constructor(compression: 'packed' | 'stored' = 'packed') {
    this.#compression = compression;
  }

  async add(path: string, content: Blob | string): Promise<void> {
    await this.#writer.add(
      path,
      typeof content === 'string' ? new TextReader(content) : new BlobReader(content),
      this.#compression === 'stored' || PACKED.test(path) ? { level: 0 } : {},
    );
  }

  async close(): Promise<Blob> {
    return await this.#writer.close();
  }
}
