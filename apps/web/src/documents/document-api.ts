/** The documents of the HTTP API, with the device's copy of the list for times without a network. */
import { documentList, documentSummary, type DocumentSummary } from '@tandem/protocol';
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { failureOf, isTemporary } from '../http/request.ts';
import type { Account } from '../session/account.ts';
import type { DeviceStorage } from '../session/device-storage.ts';
import { replay, type Command } from './command.ts';

const LIST_KEY = 'documents';
/** How old the list, with who is in which document, may be while somebody looks at it. */
const LIST_REFRESH_MS = 15_000;
/** A question that a person waits for is asked again this often before it counts as unanswered. */
const MAX_RETRIES = 2;

export type DocumentApi = ReturnType<typeof createDocumentApi>;

export function createDocumentApi(account: Account, storage: DeviceStorage) {
  const shared = {
    // The server may be on this very machine: to be without a network says nothing about it.
    networkMode: 'always',
    retry: (count: number, thrown: unknown) =>
      count < MAX_RETRIES && isTemporary(failureOf(thrown)),
  } as const;

  const list = queryOptions({
    ...shared,
    queryKey: ['documents'],
    queryFn: async (): Promise<readonly DocumentSummary[]> => {
      const { documents } = await account.request('GET', '/api/documents', {
        answer: documentList,
      });
      storage.write(LIST_KEY, { documents });
      return documents;
    },
    initialData: (): readonly DocumentSummary[] | undefined =>
      storage.read(LIST_KEY, documentList)?.documents,
    initialDataUpdatedAt: 0,
    refetchInterval: LIST_REFRESH_MS,
  });

  const one = (id: string) =>
    queryOptions({
      ...shared,
      queryKey: ['document', id],
      queryFn: () => account.request('GET', path(id), { answer: documentSummary }),
    });

  return {
    list,
    one,
    /** @throws RequestFailed */
    send(command: Command): Promise<void> {
      switch (command.kind) {
        case 'create':
          return account.request('POST', '/api/documents', { body: { id: command.document } });
        case 'rename':
          return account.request('PATCH', path(command.document), {
            body: { title: command.title },
          });
        case 'forget':
          return account.request('DELETE', `${path(command.document)}/visit`);
      }
    },
    /** Puts what has happened, here or elsewhere, into what the server said earlier, until it is asked again. */
    remember(queries: QueryClient, command: Command): void {
      const { user } = account.state.get();
      const documents = queries.setQueryData(
        list.queryKey,
        (known) => known && replay(known, [command], user),
      );
      if (documents !== undefined) storage.write(LIST_KEY, { documents });
      queries.setQueryData(
        one(command.document).queryKey,
        (document) => document && replay([document], [command], user)[0],
      );
    },
  };
}

function path(id: string): string {
  return `/api/documents/${encodeURIComponent(id)}`;
}
