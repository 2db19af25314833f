import { MAX_NAME_LENGTH } from '@tandem/protocol';
import type { Passkey } from '@tandem/protocol/passkeys';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { AccountField } from './account-field.tsx';
import { PasskeyFacts } from './passkey-facts.tsx';
import { useAccountAction } from './use-account-action.ts';

interface PasskeyItemProps {
  readonly passkey: Passkey;
  readonly isBusy: boolean;
  readonly onRename: (name: string) => Promise<void>;
  readonly onRemove: () => void;
}

export function PasskeyItem({ passkey, isBusy, onRename, onRemove }: PasskeyItemProps) {
  const { t } = useTranslation();
  const { name, isRemovable } = passkey;
  const [written, setWritten] = useState<string | null>(null);
  const action = useAccountAction();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void action.run(async () => {
      await onRename(written ?? name);
      setWritten(null);
    });
  };
  if (written !== null)
    return (
      <li>
        <form className="flex flex-col gap-3 pt-1.5 pb-3" onSubmit={submit}>
          <AccountField
            label={t('account.passkeys.name')}
            required
            autoFocus
            maxLength={MAX_NAME_LENGTH}
            autoComplete="off"
            value={written}
            onChange={setWritten}
          />
          <p role="alert" className="text-ui text-bad empty:hidden">
            {action.problem}
          </p>
          <div className="flex flex-wrap gap-2">
            <Button look="primary" type="submit" disabled={action.isRunning}>
              {t('account.passkeys.rename')}
            </Button>
            <Button look="quiet" onClick={() => setWritten(null)}>
              {t('cancel')}
            </Button>
          </div>
        </form>
      </li>
    );
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 py-1.5">
      <div className="min-w-0 flex-1 basis-40">
        <p className="truncate text-ui font-medium">{name}</p>
        <PasskeyFacts passkey={passkey} />
        {!isRemovable && <p className="text-small text-ink-2">{t('account.passkeys.lastWay')}</p>}
      </div>
      <div className="flex gap-2">
        <Button
          disabled={isBusy}
          onClick={() => setWritten(name)}
          aria-label={t('account.passkeys.renameNamed', { name })}
        >
          {t('account.passkeys.rename')}
        </Button>
        {isRemovable && (
          <Button
            look="danger"
            disabled={isBusy}
            onClick={onRemove}
            aria-label={t('account.passkeys.removeNamed', { name })}
          >
            {t('account.passkeys.remove')}
          </Button>
        )}
      </div>
    </li>
  );
}
