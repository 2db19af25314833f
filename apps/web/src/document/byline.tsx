import type { DocumentSession } from '@tandem/client';
import { useEffect, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import type { Doc, Transaction } from 'yjs';
import { useMedia } from '../components/browser-state.ts';
import { formatLocale } from '../languages/i18n.ts';
import { Moment } from '../languages/moment.tsx';
import { nameParts } from '../languages/names.ts';
import { usePeople } from './use-people.ts';

const MAX_NAMES = 4;
const MAX_NAMES_PHONE = 2;
const SHORT_NAME = 8;
/** Updates in the first moments are the document itself, written earlier. */
const OPENING_MS = 3_000;
/** Resolution of the last edit's time, so that typing renders nothing. */
const EXACTNESS_MS = 20_000;

interface BylineProps {
  readonly session: DocumentSession;
  /** When the document last changed, according to the server; null: unknown. */
  readonly updatedAt: number | null;
}

/** "Mara, Anton and Jun · edited just now" */
export function Byline({ session, updatedAt }: BylineProps) {
  const { t, language } = useTranslation();
  const { members, total } = usePeople(session);
  const editedAt = useLastEdit(session, updatedAt);
  const isPhone = useMedia('(max-width: 700px)');
  const shown = members.slice(0, isPhone ? MAX_NAMES_PHONE : MAX_NAMES);
  const names = shown.map(({ name }) => name);
  const others = total - names.length;
  const all = others > 0 ? [...names, t('byline.others', { count: others })] : names;
  return (
    <p className="mt-1.5 flex min-h-5 text-ui whitespace-pre text-ink-3">
      {nameParts(all, formatLocale(language)).map((part, index) => (
        // Only a long name is truncated, never a short one or the count.
        <span
          key={index}
          className={
            names.includes(part) && part.length > SHORT_NAME ? 'min-w-12 truncate' : 'shrink-0'
          }
        >
          {part}
        </span>
      ))}
      {editedAt !== null && (
        <span className="shrink-0">
          {all.length > 0 && ' · '}
          {t('byline.edited')} <Moment at={editedAt} />
        </span>
      )}
    </p>
  );
}

function useLastEdit(session: DocumentSession, updatedAt: number | null): number | null {
  const [seen, setSeen] = useState<number | null>(null);
  const { doc } = session;
  useEffect(() => {
    const openedAt = Date.now();
    let last = 0;
    const changed = (_update: Uint8Array, _origin: unknown, _doc: Doc, { local }: Transaction) => {
      const now = Date.now();
      if ((!local && now - openedAt < OPENING_MS) || now - last < EXACTNESS_MS) return;
      last = now;
      setSeen(now);
    };
    doc.on('update', changed);
    return () => doc.off('update', changed);
  }, [doc]);
  if (seen === null || updatedAt === null) return seen ?? updatedAt;
  return Math.max(seen, updatedAt);
}
