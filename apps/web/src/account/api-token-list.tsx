import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import type { ApiToken, ApiTokenCreate } from '@tandem/protocol/api-tokens';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { Moment } from '../languages/moment.tsx';
import type { AccountRequests } from './account-requests.ts';
import { ApiTokenForm } from './api-token-form.tsx';
import { ConfirmStep } from './confirm-step.tsx';
import { useAccountAction } from './use-account-action.ts';
import { SecretOnce } from './secret-once.tsx';

interface ApiTokenListProps {
  readonly account: Account;
  readonly options: SignInOptions | null;
  readonly requests: AccountRequests;
  /** Reads the account again. */
  readonly read: () => Promise<Account>;
}

type Step =
  | { readonly kind: 'list' }
  | { readonly kind: 'form' }
  | { readonly kind: 'confirm'; readonly wanted: ApiTokenCreate }
  | { readonly kind: 'created'; readonly name: string; readonly token: string };

/** A person's API tokens: to make one, which is shown once, and to revoke them. */
export function ApiTokenList({ account, options, requests, read }: ApiTokenListProps) {
  const { t } = useTranslation();
  const [tokens, setTokens] = useState<readonly ApiToken[]>([]);
  const [step, setStep] = useState<Step>({ kind: 'list' });
  const action = useAccountAction();
  const { run } = action;
  const list = useCallback(async () => setTokens(await requests.listTokens()), [requests]);
  useEffect(() => void run(list), [list, run]);
  const create = async (wanted: ApiTokenCreate) => {
    const token = await requests.createToken(wanted);
    setStep({ kind: 'created', name: wanted.name, token });
    await list();
  };
  const ask = (wanted: ApiTokenCreate) =>
    void run(async () => {
      // The dialog may have been open for long.
      const { isConfirmed } = await read();
      if (isConfirmed) await create(wanted);
      else setStep({ kind: 'confirm', wanted });
    });
  const revoke = (id: string) =>
    void run(async () => {
      await requests.endToken(id);
      await list();
    });
  const cancel = () => setStep({ kind: 'list' });
  return (
    <section aria-labelledby="account-tokens" className="flex flex-col gap-2">
      <h3 id="account-tokens" className="text-ui font-semibold">
        {t('account.tokens.title')}
      </h3>
      <p className="text-small text-ink-2">{t('account.tokens.text')}</p>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      {step.kind === 'created' && (
        <SecretOnce
          text={t('account.tokens.created', { name: step.name })}
          secret={step.token}
          label={step.name}
          copy={t('account.tokens.copy')}
        />
      )}
      {tokens.length > 0 && (
        <ul className="flex flex-col divide-y divide-line">
          {tokens.map((token) => (
            <Token
              key={token.id}
              token={token}
              isRunning={action.isRunning}
              onRevoke={() => revoke(token.id)}
            />
          ))}
        </ul>
      )}
      {step.kind === 'form' && (
        <ApiTokenForm isRunning={action.isRunning} onSubmit={ask} onCancel={cancel} />
      )}
      {step.kind === 'confirm' && (
        <ConfirmStep
          account={account}
          options={options}
          read={read}
          requests={requests}
          text={t('account.tokens.confirmText')}
          submit={t('account.tokens.create')}
          look="primary"
          onConfirmed={() => create(step.wanted)}
          onCancel={cancel}
        />
      )}
      {(step.kind === 'list' || step.kind === 'created') && (
        <div>
          <Button disabled={action.isRunning} onClick={() => setStep({ kind: 'form' })}>
            {t('account.tokens.create')}
          </Button>
        </div>
      )}
    </section>
  );
}

interface TokenProps {
  readonly token: ApiToken;
  readonly isRunning: boolean;
  readonly onRevoke: () => void;
}

function Token({ token, isRunning, onRevoke }: TokenProps) {
  const { t, language } = useTranslation();
  const { name, beginning, scopes, expiresAt, usedAt } = token;
  const day = new Intl.DateTimeFormat(formatLocale(language), { dateStyle: 'medium' });
  return (
    <li className="flex min-h-11 items-center justify-between gap-3 py-1.5">
      <div className="min-w-0">
        <p className="truncate text-ui font-medium">{name}</p>
        <p className="text-small break-words text-ink-2">
          <span className="font-mono">{beginning}…</span> · {scopes.join(', ')}
        </p>
        <p className="text-small text-ink-2">
          {usedAt === null ? (
            t('account.tokens.unused')
          ) : (
            <>
              {t('account.tokens.used')} <Moment at={usedAt} />
            </>
          )}
          {expiresAt !== null && (
            <> · {t('account.tokens.until', { day: day.format(expiresAt) })}</>
          )}
        </p>
      </div>
      <Button
        disabled={isRunning}
        onClick={onRevoke}
        aria-label={t('account.tokens.revokeNamed', { name })}
      >
        {t('account.tokens.revoke')}
      </Button>
    </li>
  );
}
