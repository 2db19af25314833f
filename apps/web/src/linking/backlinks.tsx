import type { Backlinks as Found } from '@tandem/protocol';
import { FileText } from 'lucide-react';
import { useEffect, useState } from 'react';
import words from '../languages/linking.en.json' with { type: 'json' };
import { Link } from '../navigation/link.tsx';
import { Highlighted } from '../palette/highlighted.tsx';
import { useServices } from '../session/services.ts';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { watchBacklinks } from './backlink-watch.ts';

addTexts(words);

const SHOWN_AT_FIRST = 5;

/** The documents that link to one, below its text (BL1); nothing where there are none, or without a connection. */
export function Backlinks({ document }: { readonly document: string }) {
  const { t } = useTranslation();
  const found = useBacklinks(document);
  const [isWhole, setWhole] = useState(false);
  if (found.length === 0) return null;
  const shown = isWhole ? found : found.slice(0, SHOWN_AT_FIRST);
  return (
    <section aria-labelledby="backlinks" data-chrome className="page-head mt-10 !pt-0 print:hidden">
      <hr className="mb-5 border-line" />
      <h2 id="backlinks" className="text-small font-medium text-ink-3">
        {t('linking.from')}
      </h2>
      <ul className="mt-2 flex flex-col">
        {shown.map(({ document: id, title, excerpt, matches }) => (
          <li key={id}>
            <Link
              to="/d/$document"
              params={{ document: id }}
              className="-mx-2 flex items-start gap-2.5 rounded-box px-2 py-1.5 hover:bg-hover"
            >
              <FileText
                size={15}
                strokeWidth={1.75}
                aria-hidden
                className="mt-0.5 shrink-0 text-ink-3"
              />
              <span className="min-w-0 flex-1">
                <bdi className="block truncate text-ui font-medium">{title || t('untitled')}</bdi>
                {excerpt !== '' && (
                  <span className="written block truncate text-small text-ink-3">
                    <Highlighted text={excerpt} matches={matches} />
                  </span>
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {shown.length < found.length && (
        <button
          type="button"
          onClick={() => setWhole(true)}
          className="mt-1 text-small text-ink-2 underline underline-offset-2 hover:text-ink"
        >
          {t('linking.more', { count: found.length - shown.length })}
        </button>
      )}
    </section>
  );
}

function useBacklinks(document: string): Found['documents'] {
  const { client } = useServices();
  const [found, setFound] = useState<Found['documents']>([]);
  useEffect(() => watchBacklinks(document, client, setFound), [client, document]);
  return found;
}
