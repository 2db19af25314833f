import type { User } from '@tandem/protocol';
import type { AuditEntry } from '@tandem/protocol/audit';
import { useTranslation, type TextValues, type Translate } from '../translation/translation.ts';
import { formatLocale } from '../languages/i18n.ts';
import { isolated } from '../languages/names.ts';
import { Link } from '../navigation/link.tsx';

interface AuditRowProps {
  readonly entry: AuditEntry;
  readonly people: ReadonlyMap<string, User>;
  readonly titles: ReadonlyMap<string, string>;
  readonly choose: (filter: 'person' | 'document', value: string) => void;
}

/** Who did what, and when, in which document and from where. */
export function AuditRow({ entry, people, titles, choose }: AuditRowProps) {
  const { t, language } = useTranslation();
  const { actor, person, document, at, network } = entry;
  const group = 'group' in entry.detail ? entry.detail.group : null;
  const nameOf = (id: string) => people.get(id)?.name ?? t('administration.audit.gone', { id });
  const values = valuesOf(entry, t, language);
  const variant = variantOf(entry);
  const text = t(`administration.audit.did.${variant}`, {
    ...values,
    person: person === null ? '' : isolated(nameOf(person)),
  });
  return (
    <li className="flex flex-col gap-0.5 py-2.5 phone:flex-row phone:gap-4">
      <time
        dateTime={new Date(at).toISOString()}
        className="shrink-0 text-small text-ink-3 tabular-nums phone:w-32 phone:pt-px"
      >
        {new Intl.DateTimeFormat(formatLocale(language), {
          ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
          ...(new Date(at).getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' }),
        }).format(at)}
      </time>
      <div className="min-w-0 flex-1 text-ui">
        <p className="break-words">
          {actor === null ? (
            <span className="font-medium">{t('administration.audit.server')}</span>
          ) : (
            <button
              type="button"
              className="touch text-left font-medium break-words hover:underline"
              title={t('administration.audit.onlyPerson')}
              onClick={() => choose('person', actor)}
            >
              <bdi>{nameOf(actor)}</bdi>
            </button>
          )}{' '}
          <span className="text-ink-2">{text}</span>
        </p>
        {(document !== null || group !== null || network !== null) && (
          <p className="flex flex-wrap gap-x-2 text-small text-ink-3">
            {document !== null && (
              <button
                type="button"
                className="touch max-w-full truncate text-left hover:text-ink hover:underline"
                title={t('administration.audit.onlyDocument')}
                onClick={() => choose('document', document)}
              >
                <bdi>
                  {titles.get(document) || t('administration.audit.document', { id: document })}
                </bdi>
              </button>
            )}
            {group !== null && (
              <Link
                to="/administration/groups/$group"
                params={{ group }}
                className="touch max-w-full truncate hover:text-ink hover:underline"
              >
                {t('administration.audit.group', { id: group })}
              </Link>
            )}
            {network !== null && <span>{t('administration.audit.from', { network })}</span>}
          </p>
        )}
      </div>
    </li>
  );
}

/** The text of an action, where one word of its detail makes it another sentence. */
function variantOf(entry: AuditEntry) {
  const { action, detail } = entry;
  switch (action) {
    case 'document:purged':
      return `${action}-${detail.cause}` as const;
    case 'document:restricted':
      return `${action}-${detail.isRestricted ? 'on' : 'off'}` as const;
    case 'publication:changed':
      return `${action}-${detail.isIndexed ? 'on' : 'off'}` as const;
    case 'link:protected':
      return `${action}-${detail.hasPassword ? 'on' : 'off'}` as const;
    case 'member:changed':
      return `${action}-${detail.from === null ? 'given' : 'changed'}` as const;
    case 'group:shared': {
      const { from, to } = detail;
      return `${action}-${from === null ? 'given' : to === null ? 'taken' : 'changed'}` as const;
    }
    case 'message:deleted':
      return `${action}-${detail.channel}` as const;
    case 'account:created':
      return `${action}-${detail.isInvited ? 'invited' : 'free'}` as const;
    case 'account:signed-in':
      return `${action}-${detail.way}` as const;
    case 'account:password-changed':
      return `${action}-${detail.cause}` as const;
    default:
      return action;
  }
}

function valuesOf(entry: AuditEntry, t: Translate, language: string): TextValues {
  const { action, detail } = entry;
  switch (action) {
    case 'member:changed':
    case 'group:shared': {
      const { from, to } = detail;
      return {
        from: from === null ? '' : t(`administration.audit.role.${from}`),
        to: to === null ? '' : t(`administration.audit.role.${to}`),
      };
    }
    case 'address:invited':
    case 'address:claimed':
      return { to: t(`administration.audit.role.${detail.to}`) };
    case 'member:removed':
      return { from: t(`administration.audit.role.${detail.from}`) };
    case 'link:changed': {
      const day = new Intl.DateTimeFormat(formatLocale(language), { dateStyle: 'medium' });
      const until =
        detail.expiresAt === null
          ? ''
          : t('administration.audit.until', { day: day.format(detail.expiresAt) });
      const from = detail.from ?? 'around';
      const to = detail.to ?? 'around';
      return {
        from: t(`administration.audit.link.${from}`),
        to: t(`administration.audit.link.${to}`) + until,
      };
    }
    case 'account:passkeys-removed':
    case 'account:sessions-ended':
    case 'person:signed-out':
      return { count: detail.count };
    case 'token:created':
      return { scopes: detail.scopes.join(', ') };
    case 'webhook:created':
      return { events: detail.events.join(', ') };
    case 'settings:changed': {
      const changed = [
        detail.signIn && t(`administration.audit.signIn.${detail.signIn}`),
        detail.registration && t(`administration.audit.registration.${detail.registration}`),
      ];
      return { settings: changed.filter(Boolean).join('; ') };
    }
    default:
      return {};
  }
}
