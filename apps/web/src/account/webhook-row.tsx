import type { Webhook } from '@tandem/protocol/webhooks';
import { useTranslation, type Translate } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Moment } from '../languages/moment.tsx';

const ACTIONS = ['test', 'pause', 'resume', 'rotate', 'remove'] as const;
export type WebhookAction = (typeof ACTIONS)[number];

interface WebhookRowProps {
  readonly webhook: Webhook;
  readonly isBusy: boolean;
  readonly onAction: (action: WebhookAction) => void;
}

/** One webhook: where it leads, how its last delivery went, and what its person does with it. */
export function WebhookRow({ webhook, isBusy, onAction }: WebhookRowProps) {
  const { t } = useTranslation();
  const { name, url, state, last, waiting, dropped } = webhook;
  const isOn = state === 'on';
  const actions = ACTIONS.filter((action) => {
    if (action === 'test' || action === 'pause') return isOn;
    return action !== 'resume' || !isOn;
  });
  const counts = [
    ...(waiting > 0 ? [t('webhooks.waiting', { count: waiting })] : []),
    ...(dropped > 0 ? [t('webhooks.dropped', { count: dropped })] : []),
  ];
  return (
    <li className="flex flex-col gap-1.5 py-2.5" aria-label={name}>
      <div className="min-w-0">
        <p className="truncate text-ui font-medium">{name}</p>
        <p className="truncate font-mono text-small text-ink-2" title={url}>
          {url}
        </p>
        {!isOn && <p className="text-small text-ink-2">{t(`webhooks.state.${state}`)}</p>}
        <p className="text-small text-ink-2">
          {last === null ? (
            t('webhooks.never')
          ) : (
            <>
              <span className={isTaken(last.result) ? undefined : 'text-bad'}>
                {resultText(last.result, t)}
              </span>{' '}
              · <Moment at={last.at} />
            </>
          )}
          {counts.map((count) => ` · ${count}`)}
        </p>
      </div>
      <div className="flex flex-wrap gap-1.5">
        {actions.map((action) => (
          <Button
            key={action}
            look={action === 'remove' ? 'danger' : 'plain'}
            disabled={isBusy}
            onClick={() => onAction(action)}
            aria-label={t(`webhooks.${action}Named`, { name })}
          >
            {t(`webhooks.${action}`)}
          </Button>
        ))}
      </div>
    </li>
  );
}

const isTaken = (result: string): boolean => /^2\d\d$/.test(result);

/** Codes of answers are numbers; the server may know further reasons than this page. */
function resultText(result: string, t: Translate): string {
  if (isTaken(result)) return t('webhooks.result.taken');
  switch (result) {
    case 'refused':
    case 'timeout':
    case 'unreachable':
      return t(`webhooks.result.${result}`);
    default:
      return t('webhooks.result.answer', { status: result });
  }
}
