import { MAX_RETURN_LENGTH, type OidcStart, type SignInOptions } from '@tandem/protocol/accounts';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { leaveToSignIn } from '../session/sign-in.tsx';
import type { AccountRequests } from './account-requests.ts';
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
      const path = location.pathname + location.search;
      const to = path.length > MAX_RETURN_LENGTH ? '/' : path;
      const url = await requests.startOidc({ ...start, provider, to });
      leaveToSignIn();
      location.assign(url);
    });
  return (
    <div className="flex flex-col items-stretch gap-2">
      {providers.map(({ id, name }) => (
        <Button key={id} disabled={action.isRunning} onClick={() => go(id)}>
          {t(start.purpose === 'link' ? 'account.connect' : 'account.continueWith', { name })}
        </Button>
      ))}
    </div>
  );
}
