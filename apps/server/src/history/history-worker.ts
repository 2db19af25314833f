/** The thread of the history. */
import { systemClock } from '../runtime/clock.ts';
import { runWorker } from '../runtime/worker-thread.ts';
import { openHistory, type StorageDescription } from '../storage/storage.ts';
import { StorageError, storageErrors } from '../storage/storage-error.ts';
import { HistoryReader } from './history-reader.ts';
import type { HistoryAnswers, HistoryRequest } from './port.ts';

export interface HistoryWorkerData {
  readonly storage: StorageDescription;
}

export type HistoryReply =
  | { readonly kind: 'done'; readonly answer: HistoryAnswers[HistoryRequest['kind']] | null }
  | { readonly kind: 'failed'; readonly isStorage: boolean; readonly detail: string };

runWorker<HistoryWorkerData, HistoryRequest, HistoryReply>({
  errors: storageErrors,
  create({ data, progress, send }) {
    const reader = new HistoryReader(openHistory(data.storage), { progress, clock: systemClock });
    return {
      receive(request) {
        void reader.read(request).then(
          (answer) => send({ kind: 'done', answer }, buffersOf(answer)),
          (error: unknown) =>
            send({
              kind: 'failed',
              isStorage: error instanceof StorageError,
              detail: error instanceof Error ? error.message : String(error),
            }),
        );
      },
      [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
    };
  },
});

/** Those of a public page, which are many bytes and of no use here any more. */
function buffersOf(answer: HistoryAnswers[HistoryRequest['kind']] | null): readonly ArrayBuffer[] {
  const isPage = answer !== null && typeof answer === 'object' && 'tookMs' in answer;
  return isPage ? [answer.page.html.buffer, answer.page.gzip.buffer] : [];
}
