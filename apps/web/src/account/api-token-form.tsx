import { MAX_NAME_LENGTH } from '@tandem/protocol';
import {
  API_SCOPES,
  includesScope,
  type ApiScope,
  type ApiTokenCreate,
} from '@tandem/protocol/api-tokens';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { AccountField } from './account-field.tsx';
import { ChoiceList } from './choice-list.tsx';

/** Days; null for as long as nobody revokes it. */
const LIFETIMES = [30, 90, 365, null] as const;

interface ApiTokenFormProps {
  readonly isRunning: boolean;
  readonly onSubmit: (wanted: ApiTokenCreate) => void;
  readonly onCancel: () => void;
}

/** What a new token is for, what it may do, and for how long. */
export function ApiTokenForm({ isRunning, onSubmit, onCancel }: ApiTokenFormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly ApiScope[]>(['documents:read']);
  const [days, setDays] = useState<number | null>(LIFETIMES[1]);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onSubmit({ name, scopes: [...scopes], days });
  };
  const choose = (scope: ApiScope, isChosen: boolean) =>
    setScopes((now) => (isChosen ? [...now, scope] : now.filter((other) => other !== scope)));
  const lifetime = (of: number | null): string => {
    if (of === null) return t('account.tokens.lastsForever');
    return of === 365
      ? t('account.tokens.lastsYear')
      : t('account.tokens.lastsDays', { count: of });
  };
  return (
    <form
      className="flex flex-col gap-3 rounded-box border border-line bg-raise p-3"
      onSubmit={submit}
    >
      <AccountField
        label={t('account.tokens.name')}
        rule={t('account.tokens.nameRule')}
        required
        autoFocus
        autoComplete="off"
        maxLength={MAX_NAME_LENGTH}
        value={name}
        onChange={setName}
      />
      <ChoiceList
        legend={t('account.tokens.scopes')}
        choices={API_SCOPES}
        textOf={(scope) => t(`account.tokens.scope.${scope}`)}
        isChosen={(scope) => includesScope(scopes, scope)}
        isFixed={(scope) => !scopes.includes(scope) && includesScope(scopes, scope)}
        onChange={choose}
      />
      <label className="flex flex-col gap-1 text-small text-ink-2">
        {t('account.tokens.lasts')}
        <select
          value={String(days)}
          onChange={({ target }) =>
            setDays(LIFETIMES.find((of) => String(of) === target.value) ?? null)
          }
          className="h-8.5 rounded-box border border-line-strong bg-canvas px-2 text-base text-ink pointer-coarse:h-11"
        >
          {LIFETIMES.map((of) => (
            <option key={String(of)} value={String(of)}>
              {lifetime(of)}
            </option>
          ))}
        </select>
      </label>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" type="submit" disabled={isRunning || scopes.length === 0}>
          {t('account.tokens.create')}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}
