import type { SharingState } from '@tandem/protocol';
import { useState } from 'react';
import { choiceButton, Menu, MenuChoice } from '../components/menu.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { useTranslation } from '../translation/translation.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const DAYS = { day: 1, week: 7, month: 30 } as const;
const CHOICES = ['never', 'day', 'week', 'month', 'custom'] as const;
type Choice = (typeof CHOICES)[number];

interface LinkExpiryProps {
  readonly sharing: SharingState;
  /** Null for a person who may not change it. */
  readonly onChange: ((expiresAt: number | null) => void) | null;
}

/** When the document's own link ends, or ended. */
export function LinkExpiry({
  sharing: { link, isLinkInherited, expiresAt },
  onChange,
}: LinkExpiryProps) {
  const { t, language } = useTranslation();
  const [isChoosing, setIsChoosing] = useState(false);
  if (isLinkInherited) return null;
  const when = expiresAt === null ? '' : moment(expiresAt, language);
  if (link === 'off')
    return expiresAt === null ? null : (
      <p className="ps-9 text-small text-ink-3">{t('sharing.expiry.ended', { when })}</p>
    );
  const choose = (choice: Choice) => {
    setIsChoosing(choice === 'custom');
    if (choice === 'custom') return;
    onChange?.(choice === 'never' ? null : Date.now() + DAYS[choice] * DAY_MS);
  };
  return (
    <div className="flex flex-wrap items-center gap-x-2.5 ps-9">
      <p className="min-w-0 flex-1 basis-44 text-small text-ink-2">
        {expiresAt === null ? t('sharing.expiry.endless') : t('sharing.expiry.ends', { when })}
      </p>
      {onChange !== null && (
        <Menu
          trigger={choiceButton(
            expiresAt === null ? t('sharing.expiry.never') : day(expiresAt, language),
            t('sharing.expiry.about'),
          )}
        >
          <MenuChoice<Choice>
            label={t('sharing.expiry.about')}
            value={expiresAt === null ? 'never' : 'custom'}
            options={CHOICES.map((value) => ({ value, label: t(`sharing.expiry.${value}`) }))}
            onChange={choose}
          />
        </Menu>
      )}
      {isChoosing && onChange !== null && (
        <input
          type="date"
          autoFocus
          aria-label={t('sharing.expiry.lastDay')}
          min={dateOf(Date.now())}
          defaultValue={dateOf(expiresAt ?? Date.now() + DAY_MS)}
          onChange={({ target }) => {
            const end = endOf(target.value);
            if (end !== null && end > Date.now()) onChange(end);
          }}
          className="mt-1 h-7.5 basis-full rounded-box border border-line-strong bg-canvas px-2 text-ui pointer-coarse:h-9"
        />
      )}
    </div>
  );
}

/** The last moment of a day here, in the form of a date field. */
function endOf(date: string): number | null {
  const end = new Date(`${date}T23:59:59.999`).getTime();
  return Number.isNaN(end) ? null : end;
}

function dateOf(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function day(at: number, language: string): string {
  return new Intl.DateTimeFormat(formatLocale(language), { dateStyle: 'medium' }).format(at);
}

function moment(at: number, language: string): string {
  const style = { dateStyle: 'long', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(formatLocale(language), style).format(at);
}
