import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import type { Passkey, PasskeyCreated, PasskeyCreation } from '@tandem/protocol/passkeys';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { failureOf } from '../session/request.ts';
import type { AccountRequests } from './account-requests.ts';
import { ConfirmStep } from './confirm-step.tsx';
import { deviceNameOf } from './device-name.ts';
import { createPasskey, forgetPasskey } from './passkey-ceremonies.ts';
import { PasskeyItem } from './passkey-item.tsx';
import { PasskeyNotice } from './passkey-notice.tsx';
import { passkeyObstacle } from './passkey-support.ts';
import { ShownProblem } from './shown-problem.ts';
import { useAccountAction } from './use-account-action.ts';

interface PasskeyListProps {
  readonly account: Account;
  readonly options: SignInOptions;
  readonly requests: AccountRequests;
  /** Reads the account again. */
  readonly read: () => Promise<Account>;
  /** All other devices are signed out. */
  readonly onOthersEnded: () => void;
}

type Step =
  | { readonly kind: 'list' }
  | { readonly kind: 'add' }
  | { readonly kind: 'remove'; readonly passkey: Passkey };

/** A person's passkeys: to add one, to name it, and to remove it. */
export function PasskeyList(props: PasskeyListProps) {
  const { account, options, requests, read, onOthersEnded } = props;
  const { t } = useTranslation();
  const [passkeys, setPasskeys] = useState<readonly Passkey[] | null>(null);
  const [step, setStep] = useState<Step>({ kind: 'list' });
  const [said, setSaid] = useState<string | null>(null);
  const action = useAccountAction();
  const { run } = action;
  const list = useCallback(async () => {
    const listed = await requests.listPasskeys();
    setPasskeys(listed);
    return listed;
  }, [requests]);
  useEffect(() => void run(async () => void (await list())), [list, run]);
  const obstacle = passkeyObstacle(options.passkeyOrigin);

  /** @returns null when the person has to show first who they are. */
  const start = async (): Promise<PasskeyCreation | null> => {
    try {
      return await requests.startPasskey();
    } catch (error) {
      // The dialog may have been open for long.
      if ((await read()).isConfirmed) throw error;
      return null;
    }
  };
  /** The device has the passkey already: its person learns what becomes of it. */
  const store = async (credential: PasskeyCreated, host: string) => {
    const device = deviceNameOf(navigator.userAgent);
    const name =
      device === null ? t('account.passkeys.defaultName') : t('account.device', { ...device });
    try {
      await requests.addPasskey({ name, credential });
    } catch (error) {
      // The request may have come twice, or its answer not at all: what counts is whether the server has the passkey.
      const listed = await list().catch(() => null);
      if (listed?.some(({ id }) => id === credential.id)) return;
      const failure = failureOf(error);
      const isRefused = failure.kind === 'refused' && failure.error.code === 'forbidden';
      // The server may still store it.
      if (listed === null || !isRefused) throw new ShownProblem(t('account.passkeys.maybeAdded'));
      await forgetPasskey(host, credential.id);
      throw new ShownProblem(`${failure.error.message} ${t('account.passkeys.deleteIt')}`);
    }
  };
  /** Browsers make a passkey only soon after a click: nothing else is asked for between. */
  const add = async () => {
    const creation = await start();
    if (creation === null) return setStep({ kind: 'add' });
    await store(await createPasskey(creation), creation.rp.id);
    setStep({ kind: 'list' });
    setSaid(t('account.passkeys.added'));
    await list();
    await read();
  };
  const askToAdd = () => {
    setSaid(null);
    if (account.isConfirmed) void run(add);
    else setStep({ kind: 'add' });
  };
  const remove = async ({ id, name, host }: Passkey) => {
    await requests.removePasskey(id);
    if (host === location.hostname) await forgetPasskey(host, id);
    setStep({ kind: 'list' });
    setSaid(t('account.passkeys.removed', { name }));
    onOthersEnded();
    await list();
    await read();
  };
  const askToRemove = (passkey: Passkey) =>
    void run(async () => {
      setSaid(null);
      await read();
      setStep({ kind: 'remove', passkey });
    });
  const rename = async (id: string, name: string) => {
    await requests.renamePasskey(id, name);
    await list();
  };

  const isBusy = action.isRunning || step.kind !== 'list';
  const cancel = () => setStep({ kind: 'list' });
  return (
    <section aria-labelledby="account-passkeys" className="flex flex-col gap-2">
      <h3 id="account-passkeys" className="text-ui font-semibold">
        {t('account.passkeys.title')}
      </h3>
      <p className="text-small text-ink-2">{t('account.passkeys.text')}</p>
      {passkeys !== null && passkeys.length > 0 && (
        <ul className="flex flex-col divide-y divide-line">
          {passkeys.map((passkey) => (
            <PasskeyItem
              key={passkey.id}
              passkey={passkey}
              isBusy={isBusy}
              onRename={(name) => rename(passkey.id, name)}
              onRemove={() => askToRemove(passkey)}
            />
          ))}
        </ul>
      )}
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      <p role="status" className="text-ui text-ink-2 empty:hidden">
        {said}
      </p>
      {step.kind === 'add' && (
        <ConfirmStep
          account={account}
          options={options}
          requests={requests}
          read={read}
          text={t(account.isConfirmed ? 'account.passkeys.addText' : 'account.passkeys.showFirst')}
          submit={t('account.passkeys.add')}
          look="primary"
          needsClick
          onConfirmed={add}
          onCancel={cancel}
        />
      )}
      {step.kind === 'remove' && (
        <ConfirmStep
          account={account}
          options={options}
          requests={requests}
          read={read}
          text={t('account.passkeys.removeText', { name: step.passkey.name })}
          submit={t('account.passkeys.remove')}
          look="danger"
          onConfirmed={() => remove(step.passkey)}
          onCancel={cancel}
        />
      )}
      {obstacle !== null ? (
        <PasskeyNotice obstacle={obstacle} />
      ) : (
        step.kind === 'list' && (
          <div>
            <Button disabled={action.isRunning} onClick={askToAdd}>
              {t('account.passkeys.add')}
            </Button>
          </div>
        )
      )}
    </section>
  );
}
