import type { Passkey } from '@tandem/protocol/passkeys';
import { useTranslation } from '../translation/translation.ts';
import { formatLocale } from '../languages/i18n.ts';
import { Moment } from '../languages/moment.tsx';

/** The address of a passkey, since when there is one, and when it was used last: what tells one of somebody else. */
export function PasskeyFacts({ passkey }: { readonly passkey: Passkey }) {
  const { t, language } = useTranslation();
  const { host, createdAt, usedAt } = passkey;
  const day = new Intl.DateTimeFormat(formatLocale(language), { dateStyle: 'medium' });
  return (
    <p className="text-small break-words text-ink-2">
      {host !== location.hostname && `${t('account.passkeys.forHost', { host })} · `}
      <span className="inline-block">
        {t('account.passkeys.addedOn', { day: day.format(createdAt) })} ·
      </span>{' '}
      <span className="inline-block">
        {usedAt === null ? (
          t('account.passkeys.unused')
        ) : (
          <>
            {t('account.passkeys.used')} <Moment at={usedAt} />
          </>
        )}
      </span>
    </p>
  );
}
