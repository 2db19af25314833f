import './webhook-words.ts';
import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import type { Webhook, WebhookCreate } from '@tandem/protocol/webhooks';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import type { AccountRequests } from './account-requests.ts';
import { ConfirmStep } from './confirm-step.tsx';
import { useAccountAction } from './use-account-action.ts';
import { WebhookForm } from './webhook-form.tsx';
import { WebhookRow, type WebhookAction } from './webhook-row.tsx';
import { SecretOnce } from './secret-once.tsx';

/** While something is on its way, its result is looked for. */
const LOOK_AGAIN_MS = 1_500;

interface WebhookListProps {
  readonly account: Account;
  readonly options: SignInOptions | null;
  readonly requests: AccountRequests;
  /** Reads the account again. */
  readonly read: () => Promise<Account>;
}

type Secured =
  | { readonly kind: 'create'; readonly wanted: WebhookCreate }
  | { readonly kind: 'rotate' | 'resume'; readonly webhook: Webhook };

type Step =
  | { readonly kind: 'list' }
  | { readonly kind: 'form' }
  | { readonly kind: 'confirm'; readonly change: Secured }
  | { readonly kind: 'remove'; readonly webhook: Webhook }
  | { readonly kind: 'secret'; readonly name: string; readonly secret: string };

/** A person's webhooks: to make one, whose secret is shown once, to see how it does, and to end it. */
export function WebhookList({ account, options, requests, read }: WebhookListProps) {
  const { t } = useTranslation();
  const [webhooks, setWebhooks] = useState<readonly Webhook[]>([]);
  const [step, setStep] = useState<Step>({ kind: 'list' });
  const [said, setSaid] = useState('');
  const action = useAccountAction();
  const { run } = action;
  const list = useCallback(async () => setWebhooks(await requests.listWebhooks()), [requests]);
  useEffect(() => void run(list), [list, run]);
  const isOnItsWay = webhooks.some(({ state, waiting }) => state === 'on' && waiting > 0);
  useEffect(() => {
    if (!isOnItsWay) return;
    // What fails here is shown by the next action.
    const timer = setInterval(() => void list().catch(() => undefined), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isOnItsWay, list]);

  const secure = async (change: Secured) => {
    if (change.kind === 'resume') {
      await requests.changeWebhook(change.webhook.id, 'resume');
      setStep({ kind: 'list' });
      return await list();
    }
    const name = change.kind === 'create' ? change.wanted.name : change.webhook.name;
    const { secret } = await (change.kind === 'create'
      ? requests.createWebhook(change.wanted)
      : requests.rotateWebhook(change.webhook.id));
    setStep({ kind: 'secret', name, secret });
    await list();
  };
  const ask = (change: Secured) =>
    void run(async () => {
      // The dialog may have been open for long.
      const { isConfirmed } = await read();
      // The secret that ends is worth a question.
      if (change.kind !== 'rotate' && isConfirmed) await secure(change);
      else setStep({ kind: 'confirm', change });
    });
  const act = (webhook: Webhook, wanted: WebhookAction) => {
    setSaid('');
    if (wanted === 'remove') return setStep({ kind: 'remove', webhook });
    if (wanted === 'rotate') return ask({ kind: 'rotate', webhook });
    if (wanted === 'resume' && webhook.state === 'off') return ask({ kind: 'resume', webhook });
    void run(async () => {
      await requests.changeWebhook(webhook.id, wanted);
      if (wanted === 'test') setSaid(t('webhooks.testSent', { name: webhook.name }));
      await list();
    });
  };
  const remove = ({ id, name }: Webhook) =>
    void run(async () => {
      await requests.changeWebhook(id, 'end');
      setStep({ kind: 'list' });
      setSaid(t('webhooks.removed', { name }));
      await list();
    });
  const cancel = () => setStep({ kind: 'list' });

  const isIdle = step.kind === 'list' || step.kind === 'secret';
  return (
    <section aria-labelledby="account-webhooks" className="flex flex-col gap-2">
      <h3 id="account-webhooks" className="text-ui font-semibold">
        {t('webhooks.title')}
      </h3>
      <p className="text-small text-ink-2">{t('webhooks.text')}</p>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {step.kind === 'form' ? null : action.problem}
      </p>
      <p role="status" className="text-ui text-ink-2 empty:hidden">
        {said}
      </p>
      {step.kind === 'secret' && (
        <SecretOnce
          text={t('webhooks.created', { name: step.name })}
          secret={step.secret}
          label={t('webhooks.secretOf', { name: step.name })}
          copy={t('webhooks.copy')}
        />
      )}
      {webhooks.length > 0 && (
        <ul className="flex flex-col divide-y divide-line">
          {webhooks.map((webhook) => (
            <WebhookRow
              key={webhook.id}
              webhook={webhook}
              isBusy={action.isRunning || !isIdle}
              onAction={(wanted) => act(webhook, wanted)}
            />
          ))}
        </ul>
      )}
      {step.kind === 'form' && (
        <WebhookForm
          isRunning={action.isRunning}
          problem={action.problem}
          onSubmit={(wanted) => ask({ kind: 'create', wanted })}
          onCancel={cancel}
        />
      )}
      {step.kind === 'confirm' && (
        <ConfirmStep
          account={account}
          options={options}
          read={read}
          requests={requests}
          text={
            step.change.kind === 'create'
              ? t('webhooks.confirmCreate')
              : t(`webhooks.confirm.${step.change.kind}`, { name: step.change.webhook.name })
          }
          submit={t(`webhooks.${step.change.kind}`)}
          look="primary"
          onConfirmed={() => secure(step.change)}
          onCancel={cancel}
        />
      )}
      {step.kind === 'remove' && (
        <div className="flex flex-col gap-3 rounded-box border border-line bg-raise p-3">
          <p className="text-ui">{t('webhooks.removeText', { name: step.webhook.name })}</p>
          <div className="flex flex-wrap gap-2">
            <Button
              look="danger"
              autoFocus
              disabled={action.isRunning}
              onClick={() => remove(step.webhook)}
            >
              {t('webhooks.remove')}
            </Button>
            <Button look="quiet" onClick={cancel}>
              {t('cancel')}
            </Button>
          </div>
        </div>
      )}
      {isIdle && (
        <div>
          <Button disabled={action.isRunning} onClick={() => setStep({ kind: 'form' })}>
            {t('webhooks.create')}
          </Button>
        </div>
      )}
    </section>
  );
}
