import { filePath } from '@tandem/protocol';
import { isOwnRefusal } from '../editor/files/file-presence.ts';
import type { ReadResult } from './image-cache.ts';
import type { ImagePlace } from './image-store.ts';

/** Not there, not for this person, or deleted. */
const GONE: ReadonlySet<number> = new Set([403, 404, 410]);

/** The browser asks the server also for what its own cache has (FI4). */
export async function readImage(
  { document, file }: ImagePlace,
  maxBytes: number,
): Promise<ReadResult> {
  const abort = new AbortController();
  const answer = await fetch(filePath(document, file), { signal: abort.signal }).catch(() => null);
  if (answer === null) return { kind: 'other' };
  if (GONE.has(answer.status)) return { kind: (await isOwnRefusal(answer)) ? 'gone' : 'other' };
  const isImage = answer.headers.get('content-type')?.startsWith('image/') === true;
  const bytes = Number(answer.headers.get('content-length') ?? 0);
  if (answer.ok && isImage && bytes <= maxBytes)
    return { kind: 'image', blob: await answer.blob() };
  abort.abort();
  return { kind: 'other' };
}
