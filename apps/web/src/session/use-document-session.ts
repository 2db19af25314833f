import type { DocumentSession } from '@tandem/client';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { openDocumentWhenCreated } from './open-document.ts';
import { useServices } from './services.ts';

export function useDocumentSession(id: string): DocumentSession | null {
  const { client } = useServices();
  const [session, setSession] = useState<DocumentSession | null>(null);
  useEffect(() => openDocumentWhenCreated({ client, id, show: setSession }), [client, id]);
  return session;
}

/** A value of the session; the component renders only when the value changes. */
export function useSessionValue<T>(
  session: DocumentSession,
  select: (session: DocumentSession) => T,
): T {
  const last = useRef<{ readonly value: T } | null>(null);
  return useSyncExternalStore(
    (changed) => session.onChange(changed),
    () => {
      const value = select(session);
      if (last.current === null || !isSame(last.current.value, value)) last.current = { value };
      return last.current.value;
    },
  );
}

function isSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return Object.is(one, other);
  return one.length === other.length && one.every((entry, index) => Object.is(entry, other[index]));
}
