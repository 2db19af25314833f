/** Images in IndexedDB, each of one person. Where the browser stores nothing, none is kept. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { IMAGES_DATABASE } from './images-database.ts';

export interface ImagePlace {
  readonly document: string;
  /** Of the file in its document. */
  readonly file: string;
}

export interface KeptImage extends ImagePlace {
  /** Who saw it. Nobody else is shown it. */
  readonly owner: string;
  readonly bytes: number;
  readonly usedAt: number;
  /** When the server last let this person have it. */
  readonly checkedAt: number;
}

export interface ImageLimits {
  readonly maxImages: number;
  readonly maxBytes: number;
  /** Whether others give way. */
  readonly mayEvict: boolean;
}

/** Each may reject, and then nothing has changed. */
export interface ImageStore {
  /** Begins to keep an image: a row without a blob. */
  reserve(image: KeptImage): Promise<void>;
  /**
   * Makes room by deleting what was not used for longest. One transaction.
   *
   * @returns `gone`: its row was deleted meanwhile, by any tab, or is another person's.
   */
  put(image: KeptImage, blob: Blob, limits: ImageLimits): Promise<'stored' | 'gone' | 'full'>;
  get(place: ImagePlace): Promise<KeptImage | null>;
  blob(place: ImagePlace): Promise<Blob | null>;
  touch(place: ImagePlace, usedAt: number): Promise<void>;
  all(): Promise<readonly KeptImage[]>;
  delete(places: readonly ImagePlace[]): Promise<void>;
}

type Key = [document: string, file: string];

interface ImageSchema extends DBSchema {
  image: { readonly key: Key; readonly value: KeptImage };
  /** Apart, so that lists need not read them. */
  blob: { readonly key: Key; readonly value: Blob };
}

const STORES = ['image', 'blob'] as const;

export class BrowserImageStore implements ImageStore {
  readonly #database: Promise<IDBPDatabase<ImageSchema>>;

  constructor() {
    this.#database = openDB<ImageSchema>(IMAGES_DATABASE, 1, {
      upgrade(database) {
        database.createObjectStore('image', { keyPath: ['document', 'file'] });
        database.createObjectStore('blob');
      },
      // Signing out in another tab deletes it.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    this.#database.catch(() => undefined);
  }

  async reserve(image: KeptImage): Promise<void> {
    const transaction = (await this.#database).transaction(STORES, 'readwrite');
    await Promise.all([
      transaction.objectStore('image').put(image),
      // Of another person.
      transaction.objectStore('blob').delete(keyOf(image)),
      transaction.done,
    ]);
  }

  async put(
    image: KeptImage,
    blob: Blob,
    limits: ImageLimits,
  ): Promise<'stored' | 'gone' | 'full'> {
    const transaction = (await this.#database).transaction(STORES, 'readwrite');
    const images = transaction.objectStore('image');
    const blobs = transaction.objectStore('blob');
    const all = await images.getAll();
    const isReserved = all.some((own) => isSame(own, image) && own.owner === image.owner);
    const others = all.filter((other) => !isSame(other, image));
    const evicted = leastRecentlyUsed(others, image, limits);
    if (!isReserved || (evicted.length > 0 && !limits.mayEvict)) {
      await transaction.done;
      return isReserved ? 'full' : 'gone';
    }
    await Promise.all([
      // First, so that the device never has both.
      ...evicted.flatMap((gone) => [images.delete(keyOf(gone)), blobs.delete(keyOf(gone))]),
      images.put(image),
      blobs.put(blob, keyOf(image)),
      transaction.done,
    ]);
    return 'stored';
  }

  async get(place: ImagePlace): Promise<KeptImage | null> {
    return (await (await this.#database).get('image', keyOf(place))) ?? null;
  }

  async blob(place: ImagePlace): Promise<Blob | null> {
    return (await (await this.#database).get('blob', keyOf(place))) ?? null;
  }

  async touch(place: ImagePlace, usedAt: number): Promise<void> {
    const transaction = (await this.#database).transaction('image', 'readwrite');
    const found = await transaction.store.get(keyOf(place));
    const stored = found === undefined ? null : transaction.store.put({ ...found, usedAt });
    await Promise.all([stored, transaction.done]);
  }

  async all(): Promise<readonly KeptImage[]> {
    return await (await this.#database).getAll('image');
  }

  async delete(places: readonly ImagePlace[]): Promise<void> {
    if (places.length === 0) return;
    const transaction = (await this.#database).transaction(STORES, 'readwrite');
    await Promise.all([
      ...places.flatMap((place) => [
        transaction.objectStore('image').delete(keyOf(place)),
        transaction.objectStore('blob').delete(keyOf(place)),
      ]),
      transaction.done,
    ]);
  }
}

/** Which of the others give way to this one. */
export function leastRecentlyUsed(
  others: readonly KeptImage[],
  added: Pick<KeptImage, 'bytes'>,
  { maxImages, maxBytes }: Pick<ImageLimits, 'maxImages' | 'maxBytes'>,
): readonly KeptImage[] {
  const newestFirst = others.toSorted((one, other) => other.usedAt - one.usedAt);
  let bytes = added.bytes;
  const stay = newestFirst.findIndex((image, at) => {
    bytes += image.bytes;
    return bytes > maxBytes || at + 1 >= maxImages;
  });
  return stay === -1 ? [] : newestFirst.slice(stay);
}

function keyOf({ document, file }: ImagePlace): Key {
  return [document, file];
}

function isSame(one: ImagePlace, other: ImagePlace): boolean {
  return one.document === other.document && one.file === other.file;
}
