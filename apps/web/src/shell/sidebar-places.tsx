import { LayoutTemplate, Trash2 } from 'lucide-react';
import { Link } from '../navigation/link.tsx';
import words from '../languages/templates.en.json' with { type: 'json' };
import { addTexts, useTranslation } from '../translation/translation.ts';

addTexts(words);

/** What is beside the documents: below the tree, loaded after it. */
export function SidebarPlaces({
  row,
  rowHere,
}: {
  readonly row: string;
  readonly rowHere: { readonly className: string };
}) {
  const { t } = useTranslation();
  return (
    <>
      <Link to="/templates" activeProps={rowHere} className={row}>
        <LayoutTemplate size={15} aria-hidden />
        {t('templates.title')}
      </Link>
      <Link to="/trash" activeProps={rowHere} className={row}>
        <Trash2 size={15} aria-hidden />
        {t('trash.title')}
      </Link>
    </>
  );
}
