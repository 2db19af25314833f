import type { Publication } from '@tandem/protocol';
import { publicPagePath } from '@tandem/protocol/public-pages';
import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { useTranslation } from '../translation/translation.ts';

export interface PublishingIntents {
  readonly publish: () => void;
  readonly unpublish: () => void;
  readonly setIndexed: (isIndexed: boolean) => void;
}

export interface PublishingFacts {
  readonly title: string;
  /** - `none`: the document is no page, or nobody publishes on this server */
  readonly permission: 'allowed' | 'account-first' | 'none';
  /** What this person has asked for, and the server has not answered. */
  readonly pending: 'publish' | 'change' | 'unpublish' | null;
  readonly isCutOff: boolean;
}

interface PublishingProps {
  readonly publication: Publication | null;
  readonly facts: PublishingFacts;
  /** Null for a person who does not own the document. */
  readonly intents: PublishingIntents | null;
}

/** The document on the web, for everyone to read (PB1). What is there is shown to all its people. */
export function Publishing({ publication, facts, intents }: PublishingProps) {
  const { t } = useTranslation();
  if (publication === null && (intents === null || facts.permission === 'none')) return null;
  return (
    <section aria-labelledby="share-web" className="flex flex-col gap-2 border-t border-line pt-3">
      <h3 id="share-web" className="text-small font-medium text-ink-3">
        {t('sharing.web.title')}
      </h3>
      {publication === null ? (
        <Unpublished facts={facts} onPublish={intents?.publish ?? null} />
      ) : (
        <Published
          // Questions about an earlier address are over.
          key={publication.id}
          publication={publication}
          facts={facts}
          intents={intents}
        />
      )}
    </section>
  );
}

function Unpublished({
  facts: { permission, pending, isCutOff },
  onPublish,
}: Pick<PublishingProps, 'facts'> & { readonly onPublish: (() => void) | null }) {
  const { t } = useTranslation();
  const isPending = pending === 'publish';
  return (
    <>
      <div className="flex items-center gap-2.5">
        <p className="min-w-0 flex-1 text-small text-ink-2">{t('sharing.web.about')}</p>
        {permission === 'allowed' && onPublish !== null && (
          <Button disabled={isPending} onClick={onPublish}>
            {t(isPending ? 'sharing.web.publishing' : 'sharing.web.publish')}
          </Button>
        )}
      </div>
      {permission === 'account-first' && (
        <p className="text-small text-ink-2">{t('sharing.web.accountFirst')}</p>
      )}
      <p role="status" className="text-small text-ink-2 empty:hidden">
        {isPending && isCutOff ? t('sharing.web.publishLater') : ''}
      </p>
    </>
  );
}

function Published({
  publication: { id, isIndexed },
  facts: { title, pending, isCutOff },
  intents,
}: Pick<PublishingProps, 'facts' | 'intents'> & { readonly publication: Publication }) {
  const { t } = useTranslation();
  const address = location.origin + publicPagePath(id, title);
  const isEnding = pending === 'unpublish';
  const isChanging = pending === 'change';
  const ending = t(isCutOff ? 'sharing.web.unpublishLater' : 'sharing.web.unpublishing');
  return (
    <>
      <div className="flex gap-2">
        <input
          readOnly
          value={address}
          aria-label={t('sharing.web.address')}
          onFocus={({ target }) => target.select()}
          className="h-7.5 min-w-0 flex-1 rounded-box border border-line-strong bg-canvas px-2 text-ui text-ellipsis text-ink-2 pointer-coarse:h-9"
        />
        <CopyButton text={() => address}>{t('sharing.web.copy')}</CopyButton>
      </div>
      <p className="text-small text-ink-2">
        {t('sharing.web.public')}{' '}
        <a href={address} target="_blank" rel="noopener" className="text-accent underline">
          {t('sharing.web.open')}
        </a>
      </p>
      <p role="status" className="text-small text-ink-2 empty:hidden">
        {isEnding ? ending : isChanging && isCutOff ? t('sharing.web.changeLater') : ''}
      </p>
      {intents !== null && !isEnding && (
        <Controls isIndexed={isIndexed} isChanging={isChanging} intents={intents} />
      )}
    </>
  );
}

function Controls({
  isIndexed,
  isChanging,
  intents,
}: Pick<Publication, 'isIndexed'> & {
  readonly isChanging: boolean;
  readonly intents: PublishingIntents;
}) {
  const { t } = useTranslation();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <label className="flex min-h-7.5 items-center gap-2.5 text-ui pointer-coarse:min-h-9">
        <input
          type="checkbox"
          checked={isIndexed}
          disabled={isChanging}
          onChange={({ target }) => intents.setIndexed(target.checked)}
          className="size-4 accent-accent"
        />
        {t('sharing.web.indexed')}
      </label>
      {isAsking ? (
        <div role="group" aria-label={t('sharing.web.unpublish')} className="flex flex-col gap-2">
          <p className="text-small text-ink-2">{t('sharing.web.sure')}</p>
          <div className="flex gap-2">
            <Button look="danger" autoFocus onClick={intents.unpublish}>
              {t('sharing.web.unpublish')}
            </Button>
            <Button look="quiet" onClick={() => setIsAsking(false)}>
              {t('sharing.web.keep')}
            </Button>
          </div>
        </div>
      ) : (
        <div className="-mx-2">
          <Button look="quiet" onClick={() => setIsAsking(true)}>
            {t('sharing.web.ask')}
          </Button>
        </div>
      )}
    </>
  );
}
