import { fileList, filePath, filesPath, type FileList } from '@tandem/protocol';
import { useCallback, useEffect, useState } from 'react';
import { failureOf, get, remove } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import { useTranslation } from '../translation/translation.ts';

export interface ShownFileList {
  /** Null until the server has answered. */
  readonly list: FileList | null;
  /** A sentence. */
  readonly problem: string | null;
  readonly isBusy: boolean;
  readonly more: () => void;
  readonly remove: (file: string) => void;
}

/** The files of a document that this person may delete. */
export function useFileList(document: string): ShownFileList {
  const { t } = useTranslation();
  const { client } = useServices();
  const [list, setList] = useState<FileList | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const run = useCallback(
    async (work: () => Promise<void>): Promise<void> => {
      setBusy(true);
      setProblem(null);
      try {
        await work();
      } catch (thrown) {
        const failure = failureOf(thrown);
        setProblem(failure.kind === 'refused' ? failure.error.message : t('files.unreachable'));
      }
      setBusy(false);
    },
    [t],
  );
  const load = useCallback(
    async (before: string | null): Promise<FileList> => {
      const query = before === null ? '' : `?before=${before}`;
      return await get(filesPath(document) + query, { answer: fileList, fetch: client.fetch });
    },
    [client, document],
  );

  useEffect(() => {
    void run(async () => setList(await load(null)));
  }, [run, load]);

  return {
    list,
    problem,
    isBusy,
    more: () =>
      void run(async () => {
        const next = await load(list?.next ?? null);
        setList((earlier) => (earlier === null ? next : joined(earlier, next)));
      }),
    remove: (file) =>
      void run(async () => {
        await remove(filePath(document, file), { fetch: client.fetch });
        setList((earlier) => earlier && without(earlier, file));
      }),
  };
}

function joined(earlier: FileList, next: FileList): FileList {
  const people = new Map([...earlier.people, ...next.people].map((person) => [person.id, person]));
  return { ...next, files: [...earlier.files, ...next.files], people: [...people.values()] };
}

function without(list: FileList, file: string): FileList {
  const removed = list.files.find(({ id }) => id === file);
  if (removed === undefined) return list;
  return {
    ...list,
    files: list.files.filter(({ id }) => id !== file),
    count: list.count - 1,
    bytes: list.bytes - removed.size,
  };
}
