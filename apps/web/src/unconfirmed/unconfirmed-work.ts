import type { Client, UnconfirmedWork } from '@tandem/client';
import { useEffect, useState } from 'react';
import { useServices } from '../session/services.ts';

/** Every key changes the work, so it is read this long after the first change. */
const READ_AFTER_MS = 100;
/** Changes in other tabs are not reported, so they are polled. */
const POLL_MS = 5_000;

export function watchUnconfirmed(
  client: Pick<Client, 'unconfirmed' | 'onChange'>,
  show: (work: readonly UnconfirmedWork[]) => void,
): () => void {
  let isStopped = false;
  let due: ReturnType<typeof setTimeout> | undefined;
  const read = async () => {
    due = undefined;
    const work = await client.unconfirmed();
    if (!isStopped) show(work);
  };
  // A failed read is repeated with the next interval.
  const readNow = () => void read().catch(() => undefined);
  const stopListening = client.onChange(() => {
    due ??= setTimeout(readNow, READ_AFTER_MS);
  });
  const timer = setInterval(readNow, POLL_MS);
  readNow();
  return () => {
    isStopped = true;
    stopListening();
    clearTimeout(due);
    clearInterval(timer);
  };
}

export function useUnconfirmed(): readonly UnconfirmedWork[] {
  const { client } = useServices();
  const [work, setWork] = useState<readonly UnconfirmedWork[]>([]);
  useEffect(() => watchUnconfirmed(client, setWork), [client]);
  return work;
}
