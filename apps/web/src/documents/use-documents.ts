import { newDocumentId } from '@tandem/client';
import type { ActivityState, LibraryState } from '@tandem/protocol';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { catchTyping } from '../components/typed-ahead.ts';
import { useServices } from '../session/services.ts';
import { shownDocuments, type ShownDocument } from './shown-document.ts';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The document was just made here: the title is the first thing to write. */
    readonly isNew?: boolean;
  }
}

/** What was read last, and what it was made of. */
interface Reading<T> {
  readonly library: LibraryState | null;
  readonly activity: ActivityState | null;
  readonly value: T | null;
}

/**
 * What this person made or opened, newest first, with what they did just now already in it; `null` while nothing
 * is known. Something changes with each key that anybody presses in one of them.
 *
 * @param isSame of two selections: nothing is rendered for one that is the same
 */
export function useDocuments<T>(
  select: (documents: readonly ShownDocument[]) => T,
  isSame: (one: T, other: T) => boolean = Object.is,
): T | null {
  const { library, activity } = useServices();
  const last = useRef<Reading<T> | null>(null);
  const subscribe = useCallback(
    (changed: () => void) => {
      const stops = [library.onChange(changed), activity.onChange(changed)];
      return () => stops.forEach((stop) => stop());
    },
    [library, activity],
  );
  return useSyncExternalStore(subscribe, () => {
    const before = last.current;
    const states = { library: library.state, activity: activity.state };
    if (before?.library === states.library && before.activity === states.activity)
      return before.value;
    const next = states.library && select(shownDocuments(states.library, states.activity));
    const known = before?.value ?? null;
    const value = known !== null && next !== null && isSame(known, next) ? known : next;
    last.current = { ...states, value };
    return value;
  });
}

/** Makes a document and opens it, with or without a network. */
export function useNewDocument(): () => void {
  const { t } = useTranslation();
  const { client } = useServices();
  const navigate = useNavigate();
  return () => {
    // The title is not there yet, and the first keys are for it.
    catchTyping(t('newDocument'));
    const document = newDocumentId();
    client.commands.run({ name: 'document:create', input: { document } });
    void navigate({ to: '/d/$document', params: { document }, state: { isNew: true } });
  };
}
