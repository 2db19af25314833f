import type { Client, UnconfirmedWork } from '@tandem/client';
import { useEffect, useState } from 'react';
import { useServices } from '../session/services.ts';

/** Changes come with each key; the device is read this long after the first of them. */
const LOOK_AFTER_MS = 100;
/** Nobody tells of what other tabs do. */
const OTHER_TABS_MS = 5_000;

/** Shows what this device holds and the server has not confirmed, at once and after each change. Returns the way to stop. */
export function watchUnconfirmed(
  client: Pick<Client, 'unconfirmed' | 'onChange'>,
  show: (work: readonly UnconfirmedWork[]) => void,
): () => void {
  let isStopped = false;
  let due: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    due = undefined;
    const work = await client.unconfirmed();
    if (!isStopped) show(work);
  };
  // A device that cannot be read is asked again.
  const lookNow = () => void look().catch(() => undefined);
  const stopListening = client.onChange(() => {
    due ??= setTimeout(lookNow, LOOK_AFTER_MS);
  });
  const timer = setInterval(lookNow, OTHER_TABS_MS);
  lookNow();
  return () => {
    isStopped = true;
    stopListening();
    clearTimeout(due);
    clearInterval(timer);
  };
}

/** Over all documents, as long as somebody looks. */
export function useUnconfirmed(): readonly UnconfirmedWork[] {
  const { client } = useServices();
  const [work, setWork] = useState<readonly UnconfirmedWork[]>([]);
  useEffect(() => watchUnconfirmed(client, setWork), [client]);
  return work;
}
