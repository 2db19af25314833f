import { MAX_NAME_LENGTH, MAX_WEBHOOK_URL_LENGTH } from '@tandem/protocol';
import { WEBHOOK_EVENTS, type WebhookCreate, type WebhookEvent } from '@tandem/protocol/webhooks';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation, type TextKey } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { AccountField } from './account-field.tsx';
import { ChoiceList } from './choice-list.tsx';

/** A point in a key of a text is a level. */
const EVENT_TEXTS = {
  'document.created': 'webhooks.event.created',
  'document.changed': 'webhooks.event.changed',
  'document.renamed': 'webhooks.event.renamed',
  'document.trashed': 'webhooks.event.trashed',
  'document.restored': 'webhooks.event.restored',
  'comment.created': 'webhooks.event.commented',
  'comment.resolved': 'webhooks.event.resolved',
} as const satisfies Readonly<Record<WebhookEvent, TextKey>>;

interface WebhookFormProps {
  readonly isRunning: boolean;
  /** A sentence beside the button that was pressed; null without one. */
  readonly problem: string | null;
  readonly onSubmit: (wanted: WebhookCreate) => void;
  readonly onCancel: () => void;
}

/** What a new webhook is for, where it leads, and what it tells. */
export function WebhookForm({ isRunning, problem, onSubmit, onCancel }: WebhookFormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState<readonly WebhookEvent[]>(WEBHOOK_EVENTS);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onSubmit({ name, url: url.trim(), events: [...events], document: null });
  };
  const choose = (event: WebhookEvent, isChosen: boolean) =>
    setEvents((now) => WEBHOOK_EVENTS.filter((of) => (of === event ? isChosen : now.includes(of))));
  return (
    <form
      className="flex flex-col gap-3 rounded-box border border-line bg-raise p-3"
      onSubmit={submit}
    >
      <AccountField
        label={t('webhooks.name')}
        rule={t('webhooks.nameRule')}
        required
        autoFocus
        autoComplete="off"
        maxLength={MAX_NAME_LENGTH}
        value={name}
        onChange={setName}
      />
      <AccountField
        label={t('webhooks.url')}
        rule={t('webhooks.urlRule')}
        required
        inputMode="url"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={MAX_WEBHOOK_URL_LENGTH}
        value={url}
        onChange={setUrl}
      />
      <ChoiceList
        legend={t('webhooks.events')}
        choices={WEBHOOK_EVENTS}
        textOf={(event) => t(EVENT_TEXTS[event])}
        isChosen={(event) => events.includes(event)}
        onChange={choose}
      />
      <p role="alert" className="text-ui text-bad empty:hidden">
        {problem}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" type="submit" disabled={isRunning || events.length === 0}>
          {t('webhooks.create')}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}
