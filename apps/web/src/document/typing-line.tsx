import type { DocumentSession } from '@tandem/client';
import { formatLocale } from '../languages/format-locale.ts';
import { useTranslation } from 'react-i18next';
import { nameList } from '../profile/name-list.ts';
import { useSessionValue } from '../session/use-document-session.ts';

/** "Anton is typing…": beside the people where there is room for it, above the toolbar on a phone. */
export function TypingLine({ session }: { readonly session: DocumentSession }) {
  const { t, i18n } = useTranslation();
  const typing = useSessionValue(session, ({ people }) => people.typing);
  const members = useSessionValue(session, ({ people }) => people.members);
  const names = typing.flatMap(
    (user) => members.find((member) => member.user === user)?.name ?? [],
  );
  if (names.length === 0) return null;
  return (
    <p
      data-chrome
      data-typing
      className="pointer-events-none min-w-0 truncate text-small text-ink-3 max-phone:fixed max-phone:bottom-[calc(56px+env(safe-area-inset-bottom))] max-phone:left-3 max-phone:max-w-[calc(100vw-24px)] max-phone:rounded-box max-phone:bg-canvas/90 max-phone:px-2 max-phone:py-1"
    >
      {t('typing', { names: nameList(names, formatLocale(i18n.language)), count: names.length })}
    </p>
  );
}
