/**
 * Forgets the images of documents that the person may no longer read, or whose copy has left this device; and all of them
 * when the device has no room for the documents themselves.
 */
import type { ChannelSession, Client } from '@tandem/client';
import type { ErrorCode, LibraryState } from '@tandem/protocol';
import type { ImageCache } from './image-cache.ts';

const ENDED: ReadonlySet<ErrorCode> = new Set([
  'not-found',
  'forbidden',
  'in-trash',
  'not-restored',
]);

/** Copies give way to others after the page has connected. */
export const COPIES_CHECK_MS = 10_000;

export interface ForgetWithAccessOptions {
  readonly client: Pick<
    Client,
    'connection' | 'durable' | 'failsToWrite' | 'onChange' | 'onDevice' | 'open'
  >;
  readonly library: Pick<ChannelSession<'library'>, 'onChange' | 'state'>;
  readonly cache: Pick<ImageCache, 'forgetAll' | 'forgetDocuments' | 'retainDocuments'>;
  readonly setTimer: (run: () => void, delayMs: number) => unknown;
}

export function forgetWithAccess({
  client,
  library,
  cache,
  setTimer,
}: ForgetWithAccessOptions): void {
  let ended: ReadonlySet<string> = new Set();
  const followSessions = (): void => {
    const before = ended;
    ended = new Set(
      client.open.documents
        .filter(({ status }) => status.kind === 'stopped' && ENDED.has(status.error.code))
        .map(({ id }) => id),
    );
    void cache.forgetDocuments([...ended].filter((id) => !before.has(id)));
  };
  client.onChange(() => {
    followSessions();
    if (client.failsToWrite) void cache.forgetAll();
  });
  followSessions();

  let listed = library.state;
  library.onChange(() => {
    const { state } = library;
    if (state === listed) return;
    void cache.forgetDocuments(unlisted(listed, state));
    listed = state;
  });

  const followCopies = async (): Promise<void> => {
    if (!client.durable) return;
    const here = await client.onDevice();
    const open = new Set(client.open.documents.map(({ id }) => id));
    await cache.retainDocuments((document) => here.has(document) || open.has(document));
  };
  const checkLater = (): void =>
    void setTimer(() => void followCopies().catch(() => undefined), COPIES_CHECK_MS);
  client.connection.listen({ state: ({ kind }) => kind === 'connected' && checkLater() });
  if (client.connection.state.kind === 'connected') checkLater();
}

/** A new state begins with the documents that were changed last: of the rest, nothing is known. */
function unlisted(before: LibraryState | null, after: LibraryState | null): readonly string[] {
  if (before === null || after === null) return [];
  const ids = new Set(after.documents.map(({ id }) => id));
  return before.documents
    .filter(({ id, updatedAt }) => {
      const isWithin = after.next === null || updatedAt > after.next.updatedAt;
      return isWithin && !ids.has(id);
    })
    .map(({ id }) => id);
}
