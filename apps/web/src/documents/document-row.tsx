import { Link } from '../navigation/link.tsx';
import { can } from '@tandem/protocol';
import { CloudOff, Ellipsis, ExternalLink, LayoutTemplate, ListX, Trash2 } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { Menu, MenuItem, MenuLine } from '../components/menu.tsx';
import { Moment } from '../languages/moment.tsx';
import { isolated } from '../languages/names.ts';
import { useServices } from '../session/services.ts';
import { NewBadge, PresenceDots, UnreadBadge } from './document-badges.tsx';
import { moveToTrash } from '../trash/move-to-trash.ts';
import type { ShownDocument } from './shown-document.ts';

interface DocumentRowProps {
  readonly document: ShownDocument;
  /** The document cannot be opened before the server answers. */
  readonly isElsewhere: boolean;
}

export function DocumentRow({ document, isElsewhere }: DocumentRowProps) {
  const { t } = useTranslation();
  const { id, title, excerpt, updatedAt, kind, unread, isNew, isTemplate } = document;
  const name = title || t('untitled');
  return (
    <div className="group relative flex items-start gap-3 rounded-box px-3 py-3 hover:bg-hover has-focus-visible:bg-hover">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2.5">
          <Link
            to="/d/$document"
            params={{ document: id }}
            className={classNames(
              'truncate text-base font-medium after:absolute after:inset-0 after:rounded-box',
              isElsewhere && 'text-ink-3',
            )}
          >
            {name}
          </Link>
          {isElsewhere && (
            <span
              title={t('list.elsewhereTitle')}
              className="flex shrink-0 items-center gap-1 text-small text-ink-3"
            >
              <CloudOff size={13} aria-hidden />
              {t('list.elsewhere')}
            </span>
          )}
          <PresenceDots document={id} />
          {isTemplate === true && (
            <span className="flex shrink-0 items-center gap-1 text-small text-ink-3">
              <LayoutTemplate size={13} aria-hidden />
              {t('templates.badge')}
            </span>
          )}
          {isNew === true && <NewBadge />}
          <UnreadBadge count={unread} />
        </p>
        <p className="written mt-0.5 truncate text-ui text-ink-3">
          {excerpt || (kind === 'data' ? t('list.data') : t('list.empty'))}
        </p>
      </div>
      <Moment
        at={updatedAt}
        className="shrink-0 pt-px text-small text-ink-3 pointer-fine:group-hover:invisible pointer-fine:group-has-focus-visible:invisible"
      />
      <div className="z-1 pointer-fine:absolute pointer-fine:top-2 pointer-fine:right-2 pointer-coarse:relative pointer-coarse:-my-1">
        <DocumentRowMenu document={document} name={name} />
      </div>
    </div>
  );
}

function DocumentRowMenu({
  document,
  name,
}: {
  readonly document: ShownDocument;
  readonly name: string;
}) {
  const { t } = useTranslation();
  const { client } = useServices();
  return (
    <Menu
      trigger={
        <IconButton
          label={t('list.actions', { name: isolated(name) })}
          icon={Ellipsis}
          className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 data-popup-open:opacity-100 pointer-coarse:opacity-100"
        />
      }
    >
      <MenuItem
        icon={ExternalLink}
        onSelect={() => open(`/d/${document.id}`, '_blank', 'noopener')}
      >
        {t('list.openInTab')}
      </MenuItem>
      <MenuItem
        icon={ListX}
        onSelect={() =>
          client.commands.run({ name: 'document:unlist', input: { document: document.id } })
        }
      >
        {t('list.forget')}
      </MenuItem>
      {can({ role: document.role, lifecycle: 'active' }, 'trash') && (
        <>
          <MenuLine />
          <MenuItem
            icon={Trash2}
            tone="bad"
            onSelect={() => moveToTrash(client.commands, document.id)}
          >
            {t('trash.move')}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
