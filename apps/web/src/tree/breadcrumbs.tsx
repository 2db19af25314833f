import { Link } from '../navigation/link.tsx';
import { useEffect } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { pathOf, type TreeDocument } from './tree-rows.ts';

/** The nearest and the outermost are shown; those in between are behind the dots. */
const MAX_SHOWN = 3;

/** The documents around a document, in its header. */
export function Breadcrumbs({ document }: { readonly document: string }) {
  const { t } = useTranslation();
  const { library, client } = useServices();
  const documents = useChannelValue(library, ({ state }) => state?.documents ?? null);
  const path = documents === null ? [] : pathOf(documents, document);
  const outermost = path[0] ?? documents?.find(({ id }) => id === document);
  const isIncomplete = outermost !== undefined && outermost.parent !== null;
  const isLive = useChannelValue(library, ({ status }) => status === 'live') === true;
  useEffect(() => {
    if (isIncomplete && isLive) client.pages.loadPath(library, document).catch(() => undefined);
  }, [isIncomplete, isLive, client, library, document]);
  if (path.length === 0) return null;
  return (
    <nav aria-label={t('tree.path')} className="min-w-0 shrink max-phone:hidden">
      <ol className="flex min-w-0 items-center gap-1 text-ui text-ink-2">
        {shortened(path).map((crumb) => (
          <li key={crumb?.id ?? 'between'} className="flex min-w-0 items-center gap-1">
            {crumb === null ? (
              <span aria-hidden title={path.map(({ title }) => title || t('untitled')).join(' / ')}>
                …
              </span>
            ) : (
              <Link
                to="/d/$document"
                params={{ document: crumb.id }}
                className="max-w-40 truncate rounded-[5px] px-1 py-0.5 hover:bg-hover hover:text-ink"
              >
                {crumb.title || t('untitled')}
              </Link>
            )}
            <span aria-hidden className="text-ink-3">
              /
            </span>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function shortened(path: readonly TreeDocument[]): readonly (TreeDocument | null)[] {
  const [first] = path;
  if (path.length <= MAX_SHOWN || first === undefined) return path;
  return [first, null, ...path.slice(1 - MAX_SHOWN)];
}
