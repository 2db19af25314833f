import type { Client } from '@tandem/client';
import { MIN_PASSWORD_LENGTH } from '@tandem/protocol';
import type { SignedInSession, SignInOptions } from '@tandem/protocol/accounts';
import type { PasskeyAssertion } from '@tandem/protocol/passkeys';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { useObservable } from '../runtime/observable.ts';
import {
  accountDialog,
  currentInvitation,
  takeSignInProblem,
  type SignInView,
} from '../session/account-dialog.ts';
import { useServices } from '../session/services.ts';
import { becomeOther, disconnect } from '../session/sign-out.ts';
import { AccountField } from './account-field.tsx';
import { AccountRequests } from './account-requests.ts';
import { askForPasskey } from './passkey-ceremonies.ts';
import { PasskeyNotice } from './passkey-notice.tsx';
import { passkeyObstacle } from './passkey-support.ts';
import { ProviderButtons } from './provider-buttons.tsx';
import { ShownProblem } from './shown-problem.ts';
import { useAccountAction } from './use-account-action.ts';
import { useSuggestedPasskey } from './use-suggested-passkey.ts';

interface SignInFormProps {
  readonly view: SignInView;
  /** Null while they are unknown: then everything is offered. */
  readonly options: SignInOptions | null;
  /** The person has signed in to another account than the guest's, who has documents. */
  readonly onGuestDocuments: (count: number) => void;
}

export function SignInForm({ view, options, onGuestDocuments }: SignInFormProps) {
  const { t } = useTranslation();
  const services = useServices();
  const { account, client } = services;
  const { user } = useObservable(account.state);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [returned] = useState(takeSignInProblem);
  const action = useAccountAction(returned === null ? null : t(`account.problem.${returned}`));
  const requests = new AccountRequests(services);
  /** For a passkey that the person chooses in a field. */
  const [isWaiting, setWaiting] = useState(true);

  const invitation = currentInvitation();
  const invited = invitation === null ? {} : { invitation };
  const providers = options?.providers ?? [];
  const registration = options?.settings.registration ?? 'open';
  const closed =
    registration === 'open' || invitation !== null
      ? null
      : t(registration === 'closed' ? 'account.closed' : 'account.invitationNeeded');

  /** @param send signs in; in place as the same user only. */
  const enter = async (send: (as: { as?: string }) => Promise<SignedInSession>) => {
    if (view === 'again') {
      await send(user === null ? {} : { as: user.id });
      accountDialog.set(null);
      client.connection.tryNow();
      return;
    }
    const before = user?.id;
    const { user: signedIn, guestDocuments } = await send({});
    if (signedIn.id === before) {
      client.connection.tryNow();
      return accountDialog.set('account');
    }
    if (guestDocuments === 0) return await becomeOther(client);
    // What is shown belongs to the guest.
    await disconnect(client);
    onGuestDocuments(guestDocuments);
  };

  const refuseUnsaved = async (): Promise<string | null> => {
    // A guest who may no longer write here sends everything once it is the account's.
    const isSentHome = client.connection.state.kind === 'stopped';
    return isSentHome || (await isSaved(client)) ? null : t('account.unsaved');
  };

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (view === 'sign-up') {
      await action.run(async () => {
        const signedUp = await requests.signUp({ email, password, ...invited });
        // A browser without a session begins as the new user.
        if (signedUp.user.id !== user?.id) return await becomeOther(client);
        client.connection.tryNow();
        accountDialog.set('account');
      });
      return;
    }
    const refusal = view === 'sign-in' ? await refuseUnsaved() : null;
    if (refusal !== null) return action.fail(refusal);
    await action.run(() => enter((as) => requests.signIn({ email, password, ...as })));
  };

  const obstacle = passkeyObstacle(options?.passkeyOrigin ?? null);
  const hasPasskeys = view !== 'sign-up' && obstacle === null;
  /** @param find Browsers ask for a passkey only soon after a click: it comes first. */
  const signInByPasskey = async (find: () => Promise<PasskeyAssertion>) => {
    setWaiting(false);
    const isSignedIn = await action.run(async () => {
      const credential = await find();
      const refusal = view === 'sign-in' ? await refuseUnsaved() : null;
      if (refusal !== null) throw new ShownProblem(refusal);
      await enter((as) => requests.signInByPasskey({ credential, ...as }));
    });
    if (!isSignedIn) setWaiting(true);
  };
  useSuggestedPasskey({
    isWanted: hasPasskeys && isWaiting,
    requests,
    onChosen: (credential) => void signInByPasskey(async () => credential),
  });

  const isNew = view === 'sign-up';
  if (isNew && closed !== null)
    return (
      <div className="flex flex-col gap-4">
        <p className="text-ui text-ink-2">{closed}</p>
        <div>
          <Button look="primary" onClick={() => accountDialog.set('sign-in')}>
            {t('account.haveAccount')}
          </Button>
        </div>
      </div>
    );
  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
      <p className="text-ui text-ink-2">
        {isNew && invitation !== null && `${t('account.invited')} `}
        {t(`account.text.${view}`, { name: user?.name ?? '' })}
      </p>
      <AccountField
        label={t('account.email')}
        type="email"
        name="email"
        autoComplete={isNew ? 'email' : 'username webauthn'}
        required
        autoFocus
        value={email}
        onChange={setEmail}
      />
      <AccountField
        label={t('account.password')}
        type="password"
        name="password"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        required
        {...(isNew ? { minLength: MIN_PASSWORD_LENGTH, rule: t('account.passwordRule') } : {})}
        value={password}
        onChange={setPassword}
      />
      {!isNew && options?.sendsMail === true && (
        <div>
          <Button look="link" className="text-small" onClick={() => accountDialog.set('forgot')}>
            {t('account.forgot')}
          </Button>
        </div>
      )}
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" type="submit" disabled={action.isRunning}>
          {t(`account.submit.${view}`)}
        </Button>
        {view !== 'again' && (isNew || closed === null) && (
          <Button look="quiet" onClick={() => accountDialog.set(isNew ? 'sign-in' : 'sign-up')}>
            {t(isNew ? 'account.haveAccount' : 'account.noAccount')}
          </Button>
        )}
      </div>
      {!isNew && options !== null && obstacle !== null && <PasskeyNotice obstacle={obstacle} />}
      {(hasPasskeys || providers.length > 0) && (
        <div className="flex flex-col gap-2 border-t border-line pt-4">
          {hasPasskeys && (
            <Button
              disabled={action.isRunning}
              onClick={() =>
                void signInByPasskey(async () => askForPasskey(await requests.requestPasskey()))
              }
            >
              {t('account.passkeys.signIn')}
            </Button>
          )}
          {providers.length > 0 && (
            <ProviderButtons
              providers={providers}
              requests={requests}
              action={action}
              start={{
                purpose: 'sign-in',
                ...invited,
                ...(view === 'again' && user !== null ? { as: user.id } : {}),
              }}
              {...(view === 'again' ? {} : { refuse: refuseUnsaved })}
            />
          )}
        </div>
      )}
    </form>
  );
}

const SAVED_WITHIN_MS = 5_000;

/** Work of a guest cannot be sent by another user. */
async function isSaved(client: Client): Promise<boolean> {
  const until = Date.now() + SAVED_WITHIN_MS;
  for (;;) {
    if ((await client.unconfirmed()).length === 0) return true;
    if (Date.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
