import type { OidcStart, SignInOptions } from '@tandem/protocol/accounts';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import type { AccountRequests } from './account-requests.ts';
import { leaveToProvider } from './leave-to-provider.ts';
import type { AccountAction } from './use-account-action.ts';

interface ProviderButtonsProps {
  readonly providers: SignInOptions['providers'];
  readonly requests: AccountRequests;
  readonly action: AccountAction;
  readonly start: Omit<OidcStart, 'provider' | 'to'>;
  /** @returns a sentence when the person should stay on this page. */
  readonly refuse?: () => Promise<string | null>;
}

/** Leads to services at which people sign in, and from there back to this page. */
export function ProviderButtons({
  providers,
  requests,
  action,
  start,
  refuse,
}: ProviderButtonsProps) {
  const { t } = useTranslation();
  const go = (provider: string) =>
    void action.run(async () => {
      const refusal = (await refuse?.()) ?? null;
      if (refusal !== null) return action.fail(refusal);
      await leaveToProvider(requests, { ...start, provider });
    });
  return (
    <div className="flex flex-col items-stretch gap-2">
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          disabled={action.isRunning}
          onClick={() => go(id)}
          // Names of providers may be long.
          className="h-auto! min-h-7.5 py-1 whitespace-normal! pointer-coarse:min-h-9"
        >
          {t('account.continueWith', { name })}
        </Button>
      ))}
    </div>
  );
}
