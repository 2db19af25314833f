/** Asks the server for the documents that link to one, as often as a person may notice, and no more (BL2). */
import type { Client } from '@tandem/client';
import type { Backlinks } from '@tandem/protocol';

/** The server's other people are searched for each answer. */
const ASK_EVERY_MS = 10_000;

type WatchClient = {
  readonly connection: Pick<Client['connection'], 'state' | 'listen'>;
  readonly search: Pick<Client['search'], 'backlinks'>;
};

/** Asks at once, and when the person comes back to the page or the connection to the server. */
export function watchBacklinks(
  document: string,
  { connection, search }: WatchClient,
  listener: (found: Backlinks['documents']) => void,
): () => void {
  let isOver = false;
  let isConnected = connection.state.kind === 'connected';
  let askedAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const ask = (): void => {
    if (!isConnected || window.document.visibilityState !== 'visible' || timer !== null) return;
    const wait = askedAt + ASK_EVERY_MS - performance.now();
    if (wait > 0) {
      timer = setTimeout(() => {
        timer = null;
        ask();
      }, wait);
      return;
    }
    askedAt = performance.now();
    search.backlinks(document).then(
      ({ documents }) => !isOver && listener(documents),
      // The list is of the last answer until there is another one.
      () => !isOver && ask(),
    );
  };
  ask();
  const stop = connection.listen({
    state: ({ kind }) => {
      const was = isConnected;
      isConnected = kind === 'connected';
      if (isConnected && !was) ask();
    },
  });
  window.document.addEventListener('visibilitychange', ask);
  return () => {
    isOver = true;
    if (timer !== null) clearTimeout(timer);
    stop();
    window.document.removeEventListener('visibilitychange', ask);
  };
}
