import type { StoredCopy } from '@tandem/client';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { toast } from '../components/toast.ts';
import { isolated } from '../languages/names.ts';
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
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const shown = copies.filter(({ document }) => !listed.has(document) && !removed.has(document));
  if (shown.length === 0) return null;
  const remove = ({ document, title }: StoredCopy) => {
    const change = (isRemoved: boolean) =>
      setRemoved((before) => {
        const after = new Set(before);
        if (isRemoved) after.add(document);
        else after.delete(document);
        return after;
      });
    change(true);
    // It may be the only copy, so it is deleted when the way back is gone. A page that is closed before keeps it.
    let isWanted = false;
    const end = () => {
      if (!isWanted) void client.removeCopy(document).catch(() => undefined);
    };
    toast(t('list.onlyHereRemoved', { title: isolated(title || t('untitled')) }), {
      action: {
        label: t('trash.undo'),
        onClick: () => {
          isWanted = true;
          change(false);
        },
      },
      onAutoClose: end,
      onDismiss: end,
    });
  };
  return (
    <section aria-labelledby="only-here" className="mt-8 px-3">
      <h2 id="only-here" className="text-base font-semibold">
        {t('list.onlyHere')}
      </h2>
      <p className="mt-1 text-ui text-ink-2">{t('list.onlyHereText')}</p>
      <ul className="mt-2">
        {shown.map((copy) => (
          <li key={copy.document} className="flex min-h-9 items-center gap-2">
            <Link
              to="/d/$document"
              params={{ document: copy.document }}
              className="min-w-0 flex-1 truncate text-ui hover:underline"
            >
              {copy.title || t('untitled')}
            </Link>
            <IconButton
              label={t('list.onlyHereRemove', { title: copy.title || t('untitled') })}
              icon={X}
              onClick={() => remove(copy)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
