import type { LibraryState, ListedDocument } from '@tandem/protocol';
import { Link } from '../navigation/link.tsx';
import { Star } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { NewBadge, PresenceDots } from '../documents/document-badges.tsx';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import './tree-words.ts';

/** The person's favourites in the sidebar, in the order in which they were chosen; nothing without any. */
export function Favourites({
  row,
  rowHere,
}: {
  readonly row: string;
  readonly rowHere: { readonly className: string };
}) {
  const { t } = useTranslation();
  const { library } = useServices();
  const documents = useChannelValue(library, documentsOf);
  const favourites = useMemo(() => favouritesIn(documents ?? []), [documents]);
  if (favourites.length === 0) return null;
  return (
    <section aria-labelledby="favourites" className="flex max-h-2/5 shrink-0 flex-col">
      <h2 id="favourites" className="px-2 pt-3.5 pb-1 text-tiny font-medium text-ink-3">
        {t('tree.favourites')}
      </h2>
      <ul className="flex min-h-0 flex-col gap-0.5 overflow-y-auto overscroll-contain">
        {favourites.map(({ id, title, isNew }) => (
          <li key={id}>
            <Link to="/d/$document" params={{ document: id }} activeProps={rowHere} className={row}>
              <Star size={14} aria-hidden className="shrink-0 text-ink-3" />
              <span className="min-w-0 flex-1 truncate">{title || t('untitled')}</span>
              <PresenceDots document={id} />
              {isNew === true && <NewBadge />}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function documentsOf({ state }: { readonly state: LibraryState | null }) {
  return state?.documents ?? null;
}

function favouritesIn(documents: readonly ListedDocument[]): readonly ListedDocument[] {
  return documents
    .filter(({ favouriteAt }) => favouriteAt !== undefined)
    .toSorted((one, other) => (one.favouriteAt ?? 0) - (other.favouriteAt ?? 0));
}
