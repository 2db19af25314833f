/** The images of this page. Loaded with the first one. */
import { forgetWithAccess } from './forget-with-access.ts';
import { ImageCache } from './image-cache.ts';
import { BrowserImageStore } from './image-store.ts';
import type { ImageServices } from './kept-images.ts';
import { readImage } from './read-image.ts';

const setTimer = (run: () => void, delayMs: number): unknown => setTimeout(run, delayMs);

let cache: ImageCache | null = null;

/** One for the page. */
export function startCache(services: ImageServices, onKept: () => void): ImageCache {
  if (cache !== null) return cache;
  cache = new ImageCache({
    store: new BrowserImageStore(),
    owner: services.owner,
    read: readImage,
    hasRoom: async () => !services.client.failsToWrite && (await isHalfFree()),
    now: Date.now,
    setTimer,
    onKept,
  });
  forgetWithAccess({ ...services, cache, setTimer });
  void cache.forgetOthers();
  return cache;
}

/** The browser has one quota for everything: a cache must not take it from the documents. */
async function isHalfFree(): Promise<boolean> {
  try {
    const { usage = 0, quota = Number.POSITIVE_INFINITY } = await navigator.storage.estimate();
    return usage < quota / 2;
  } catch {
    return true;
  }
}
