/**
 * Keeps images while their document is open, one after the other, and finds them without a network. What a person may no
 * longer see is forgotten; a kept image is of the person to whom the server gave it.
 */
import type { KeptImages, ShownImage } from '../editor/files/editor-files.ts';
import type { ImagePlace, ImageStore, KeptImage } from './image-store.ts';

export const IMAGE_CACHE = {
  maxImages: 500,
  maxBytes: 200_000_000,
  /** Photographs as they come from a camera. */
  maxImageBytes: 20_000_000,
  maxQueued: 200,
  /** What a page asks for that nobody has seen yet, such as images further down. */
  maxUnseenBytes: 50_000_000,
  /** The page loads first. */
  delayMs: 2_000,
  /** The server is asked again whether the person may have it. */
  checkAfterMs: 24 * 60 * 60_000,
  /** Without an answer of the server, for as long as a person may be on a journey. */
  unaskedMs: 30 * 24 * 60 * 60_000,
} as const;

export type ReadResult =
  | { readonly kind: 'image'; readonly blob: Blob }
  /** There is no such image for this person. */
  | { readonly kind: 'gone' }
  /** Not now, or no image of a size that is kept. */
  | { readonly kind: 'other' };

export interface ImageCacheOptions {
  readonly store: ImageStore;
  /** Null before the first sign-in. */
  readonly owner: () => string | null;
  /** Asks the server, which decides each time whether the person may have it. */
  readonly read: (place: ImagePlace, maxBytes: number) => Promise<ReadResult>;
  /** Documents come first: whether this device has room for more than them. */
  readonly hasRoom: () => Promise<boolean>;
  readonly now: () => number;
  readonly setTimer: (run: () => void, delayMs: number) => unknown;
  readonly onKept: () => void;
}

interface Wanted extends ImagePlace, ShownImage {}

export class ImageCache {
  readonly #options: ImageCacheOptions;
  #wanted: Wanted[] = [];
  #isRunning = false;
  #unseenBytes: number = IMAGE_CACHE.maxUnseenBytes;

  constructor(options: ImageCacheOptions) {
    this.#options = options;
  }

  of(document: string): KeptImages {
    return {
      keep: (file, image) => this.keep({ document, file }, image),
      find: (file) => this.find({ document, file }),
      forget: (file) => this.forgetImage({ document, file }),
    };
  }

  keep({ document, file }: ImagePlace, image: ShownImage): void {
    const at = this.#wanted.findIndex((one) => one.document === document && one.file === file);
    // It may have come into view meanwhile.
    if (at !== -1) this.#wanted[at] = { document, file, ...image };
    if (at !== -1 || this.#wanted.length >= IMAGE_CACHE.maxQueued) return;
    this.#wanted.push({ document, file, ...image });
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#options.setTimer(() => void this.#run(), IMAGE_CACHE.delayMs);
  }

  /** @returns null also for what another person has seen. */
  async find(place: ImagePlace): Promise<Blob | null> {
    const { store, now } = this.#options;
    try {
      const image = await store.get(place);
      if (image === null || !this.#isOwn(image) || isReservation(image)) return null;
      if (now() - image.checkedAt > IMAGE_CACHE.unaskedMs) {
        await store.delete([place]);
        return null;
      }
      const blob = await store.blob(place);
      void store.touch(place, now()).catch(() => undefined);
      return blob;
    } catch {
      return null;
    }
  }

  forgetImage(place: ImagePlace): void {
    void this.#forget(async () => [place]);
  }

  async forgetDocuments(documents: readonly string[]): Promise<void> {
    const gone = new Set(documents);
    if (gone.size > 0) await this.#forgetWhere(({ document }) => gone.has(document));
  }

  /** Those of documents for which this does not hold. */
  async retainDocuments(isRetained: (document: string) => boolean): Promise<void> {
    await this.#forgetWhere(({ document }) => !isRetained(document));
  }

  async forgetAll(): Promise<void> {
    await this.#forgetWhere(() => true);
  }

  /** What another person of this browser has left. */
  async forgetOthers(): Promise<void> {
    if (this.#options.owner() !== null) await this.#forgetWhere((image) => !this.#isOwn(image));
  }

  #isOwn({ owner }: KeptImage): boolean {
    return owner === this.#options.owner();
  }

  async #forgetWhere(isGone: (image: KeptImage) => boolean): Promise<void> {
    await this.#forget(async () => (await this.#options.store.all()).filter(isGone));
  }

  async #forget(find: () => Promise<readonly ImagePlace[]>): Promise<void> {
    try {
      await this.#options.store.delete(await find());
    } catch {
      // A store that deletes nothing shows nothing either.
    }
  }

  async #run(): Promise<void> {
    for (let next = this.#wanted.shift(); next !== undefined; next = this.#wanted.shift()) {
      try {
        await this.#keep(next);
      } catch {
        // The device is full, or its storage fails: this one is not there without a network.
      }
    }
    this.#isRunning = false;
  }

  async #keep({ blob, isShown, ...place }: Wanted): Promise<void> {
    const { store, owner: currentOwner, now, hasRoom } = this.#options;
    const owner = currentOwner();
    if (owner === null) return;
    const known = await store.get(place);
    const isKnown = known !== null && this.#isOwn(known) && !isReservation(known);
    if (isKnown && now() - known.checkedAt < IMAGE_CACHE.checkAfterMs) return;
    if ((!isShown && this.#unseenBytes <= 0) || !(await hasRoom())) return;
    // A tab that forgets it meanwhile deletes its row: then it is not stored.
    const row: KeptImage = { ...place, owner, bytes: 0, usedAt: now(), checkedAt: now() };
    if (!isKnown) await store.reserve(row);
    let isStored = false;
    try {
      isStored = await this.#store(row, { blob, isShown });
    } finally {
      if (!isKnown && !isStored) await store.delete([place]);
    }
  }

  /** @returns whether it is stored. */
  async #store(row: KeptImage, { blob: sent, isShown }: ShownImage): Promise<boolean> {
    const { store, owner, read, now, onKept } = this.#options;
    const { maxImageBytes } = IMAGE_CACHE;
    const maxBytes = isShown ? maxImageBytes : Math.min(maxImageBytes, this.#unseenBytes);
    const result: ReadResult =
      sent === null ? await read(row, maxBytes) : { kind: 'image', blob: sent };
    if (result.kind === 'gone') await store.delete([row]);
    if (result.kind !== 'image') return false;
    const bytes = result.blob.size;
    if (!isShown && sent === null) this.#unseenBytes -= bytes;
    if (bytes > maxImageBytes || owner() !== row.owner) return false;
    onKept();
    const image = { ...row, bytes, usedAt: now(), checkedAt: now() };
    const outcome = await store.put(image, result.blob, { ...IMAGE_CACHE, mayEvict: isShown });
    // What nobody has seen makes nothing else give way.
    if (outcome === 'full') this.#unseenBytes = 0;
    return outcome === 'stored';
  }
}

/** Nothing of it is here yet. */
function isReservation({ bytes }: KeptImage): boolean {
  return bytes === 0;
}
