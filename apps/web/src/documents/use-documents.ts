import { newDocumentId } from '@tandem/client';
import type { ActivityState, LibraryState } from '@tandem/protocol';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { catchTyping } from '../components/typed-ahead.ts';
import { navigate } from '../navigation/location.ts';
import { useServices } from '../session/services.ts';
import { shownDocuments, type ShownDocument } from './shown-document.ts';

interface Reading<T> {
  readonly library: LibraryState | null;
  readonly activity: ActivityState | null;
  readonly value: T | null;
}

/**
 * A selection of this person's documents, newest first, with their pending commands applied; null while unknown. The
 * states change with every key in any of the documents.
 *
 * @param isSame compares two selections: an equal one renders nothing
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

/** The selection of everything. */
export function allDocuments(documents: readonly ShownDocument[]): readonly ShownDocument[] {
  return documents;
}

export function useNewDocument(): () => void {
  const { t } = useTranslation();
  const { client } = useServices();
  return () => {
    // The first keys are for the title field, which does not exist yet.
    catchTyping(t('newDocument'));
    const document = newDocumentId();
    client.commands.run({ name: 'document:create', input: { document } });
    navigate('/d/$document', { params: { document }, state: { isNew: true } });
  };
}
