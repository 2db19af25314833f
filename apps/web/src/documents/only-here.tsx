import type { StoredCopy } from '@tandem/client';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { Link } from '../navigation/link.tsx';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { useTranslation } from '../translation/translation.ts';

/** Copies on this device of documents that are not on the list since the server was restored from a backup (RS7). */
export function OnlyHere({ listed }: { readonly listed: ReadonlySet<string> }) {
  const { t } = useTranslation();
  const { client, library } = useServices();
  const timeline = useChannelValue(library, (channel) => channel.timeline);
  const isWhole = useChannelValue(library, ({ state }) => state?.next === null) ?? false;
  const [copies, setCopies] = useState<readonly StoredCopy[]>([]);
  useEffect(() => {
    if (timeline === null || !isWhole) return;
    let isStopped = false;
    void client.copiesFromBefore(timeline).then(
      (found) => !isStopped && setCopies(found),
      () => undefined,
    );
    return () => {
      isStopped = true;
    };
  }, [client, timeline, isWhole]);
  const shown = copies.filter(({ document }) => !listed.has(document));
  if (shown.length === 0) return null;
  const remove = async (document: string) => {
    await client.removeCopy(document).catch(() => undefined);
    setCopies((before) => before.filter((copy) => copy.document !== document));
  };
  return (
    <section aria-labelledby="only-here" className="mt-8 px-3">
      <h2 id="only-here" className="text-base font-semibold">
        {t('list.onlyHere')}
      </h2>
      <p className="mt-1 text-ui text-ink-2">{t('list.onlyHereText')}</p>
      <ul className="mt-2">
        {shown.map(({ document, title }) => (
          <li key={document} className="flex min-h-9 items-center gap-2">
            <Link
              to="/d/$document"
              params={{ document }}
              className="min-w-0 flex-1 truncate text-ui hover:underline"
            >
              {title || t('untitled')}
            </Link>
            <IconButton
              label={t('list.onlyHereRemove', { title: title || t('untitled') })}
              icon={X}
              onClick={() => void remove(document)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
