import type { UnconfirmedWork } from '@tandem/client';
import { Link } from '../navigation/link.tsx';
import { useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { Moment } from '../languages/moment.tsx';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { commandDescription } from './command-description.ts';
import { unconfirmedDrawer } from './unconfirmed-drawer.tsx';
import { useUnconfirmed } from './unconfirmed-work.ts';
import { workText } from './work-text.ts';

export function UnconfirmedList() {
  const { t } = useTranslation();
  const { client } = useServices();
  const work = useUnconfirmed();
  const isKept = client.durable && work.every(({ kept }) => kept);
  return (
    <>
      <p className="mb-4 text-ui text-ink-2">
        {t(isKept ? 'unconfirmed.text' : 'unconfirmed.textUnpersisted')}
      </p>
      <WorkList work={work} />
    </>
  );
}

function WorkList({ work }: { readonly work: readonly UnconfirmedWork[] }) {
  const { t } = useTranslation();
  if (work.length === 0) return <p className="text-ui text-ink-2">{t('unconfirmed.empty')}</p>;
  return (
    <ul className="flex flex-col gap-3">
      {work.map((entry) => (
        <WorkItem key={keyOf(entry)} work={entry} />
      ))}
    </ul>
  );
}

function keyOf(work: UnconfirmedWork): string | number {
  switch (work.kind) {
    case 'waiting':
      return work.document;
    case 'command':
      return work.command.id;
    case 'rejected':
      return work.id;
  }
}

function WorkItem({ work }: { readonly work: UnconfirmedWork }) {
  const { t } = useTranslation();
  const title = useTitle(work);
  return (
    <li className="flex flex-col gap-2 rounded-box border border-line bg-raise p-3.5">
      <p className="flex items-baseline justify-between gap-3">
        <b className="truncate text-base font-medium">{title}</b>
        <Moment
          at={work.kind === 'rejected' ? work.at : work.since}
          className="shrink-0 text-small text-ink-3"
        />
      </p>
      <p className="text-ui wrap-anywhere text-ink-2">
        <WorkDescription work={work} />
      </p>
      <div className="flex flex-wrap gap-2 empty:hidden">
        {work.document !== null && (
          <Button
            render={
              <Link
                to="/d/$document"
                params={{ document: work.document }}
                onClick={() => unconfirmedDrawer.set(false)}
              />
            }
          >
            {t('unconfirmed.goTo')}
          </Button>
        )}
        <CopyWork work={work} />
        {work.kind === 'rejected' && <Discard id={work.id} />}
      </div>
    </li>
  );
}

function useTitle({ document, title }: UnconfirmedWork): string {
  const { t } = useTranslation();
  const { library, refused } = useServices();
  const shown = useChannelValue(
    library,
    ({ state }) => state?.documents.find(({ id }) => id === document)?.title,
  );
  const refusals = useObservable(refused.state);
  if (document === null) return t('profile.title');
  return shown || refusals.get(document)?.title || title || t('untitled');
}

const WAITING_TEXTS = {
  sending: 'unconfirmed.waiting',
  'view-only': 'unconfirmed.viewOnly',
  refused: 'unconfirmed.refused',
} as const;

function WorkDescription({ work }: { readonly work: UnconfirmedWork }) {
  const { t } = useTranslation();
  const { refused } = useServices();
  const refusals = useObservable(refused.state);
  switch (work.kind) {
    case 'waiting': {
      const refusal = refusals.get(work.document);
      return refusal === undefined
        ? t(WAITING_TEXTS[work.heldBack ?? 'sending'], { count: work.count })
        : `${t('unconfirmed.refused', { count: work.count })} ${refusal.error.message}`;
    }
    case 'command':
      return commandDescription(work.command, t);
    case 'rejected':
      return work.error.message;
  }
}

/** Commands have no copy button: their description is complete. */
function CopyWork({ work }: { readonly work: UnconfirmedWork }) {
  const { t } = useTranslation();
  const { client } = useServices();
  if (work.kind === 'command') return null;
  return <CopyButton text={() => workText(client, work)}>{t('unconfirmed.copy')}</CopyButton>;
}

/** Discarding cannot be undone, so it asks first. */
function Discard({ id }: { readonly id: number }) {
  const { t } = useTranslation();
  const { client } = useServices();
  const [isAsking, setAsking] = useState(false);
  if (!isAsking) return <Button onClick={() => setAsking(true)}>{t('unconfirmed.discard')}</Button>;
  return (
    <span className="flex w-full flex-wrap items-center gap-2 border-t border-line pt-2 text-ui">
      <span className="flex-1">{t('unconfirmed.discardAsk')}</span>
      <Button autoFocus onClick={() => setAsking(false)}>
        {t('cancel')}
      </Button>
      <Button look="danger" onClick={() => void client.discard(id)}>
        {t('unconfirmed.discard')}
      </Button>
    </span>
  );
}
