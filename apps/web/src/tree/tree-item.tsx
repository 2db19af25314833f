import { can, countUnread } from '@tandem/protocol';
import { newDocumentId } from '@tandem/client';
import { Link } from '../navigation/link.tsx';
import { navigate } from '../navigation/location.ts';
import {
  ArrowDown,
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  ChevronRight,
  Ellipsis,
  FileText,
  FolderInput,
  LayoutTemplate,
  ListX,
  Plus,
  Trash2,
} from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { classNames } from '../components/class-names.ts';
import { Menu, MenuItem, MenuLine } from '../components/menu.tsx';
import { catchTyping } from '../components/typed-ahead.ts';
import { NewBadge, PresenceDots, UnreadBadge } from '../documents/document-badges.tsx';
import { isolated } from '../languages/names.ts';
import { chord } from '../screen/shortcuts.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { moveToTrash } from '../trash/move-to-trash.ts';
import { askWhereTo } from './move-host.tsx';
import { FavouriteItem } from './favourite-item.tsx';
import type { DropTarget } from './tree-moves.ts';
import type { DocumentRow, TreeDocument } from './tree-rows.ts';
import './tree-words.ts';

const INDENT_PX = 14;

interface TreeItemProps {
  readonly row: DocumentRow;
  /** In pixels from the top of the tree. */
  readonly start: number;
  readonly height: number;
  readonly isHere: boolean;
  readonly isTabStop: boolean;
  readonly drop: DropTarget['where'] | null;
  /** The same for all rows, so that those which stay on the screen are not drawn again by a scroll. */
  readonly actions: TreeItemActions;
}

export interface TreeItemActions {
  readonly focused: (document: string) => void;
  readonly toggle: (row: DocumentRow) => void;
  readonly created: (parent: string) => void;
  readonly stepsOf: (document: TreeDocument) => readonly Step[];
}

export interface Step {
  readonly to: 'up' | 'down' | 'in' | 'out';
  readonly run: () => void;
}

const STEP_ICONS = { up: ArrowUp, down: ArrowDown, in: ArrowRight, out: ArrowLeft } as const;
const STEP_KEYS = { up: '↑', down: '↓', in: '→', out: '←' } as const;

export const TreeItem = memo(function TreeItem({
  row,
  start,
  height,
  isHere,
  isTabStop,
  drop,
  actions,
}: TreeItemProps) {
  const { t } = useTranslation();
  const { document, level, isExpanded } = row;
  const name = document.title || t('untitled');
  const unread = useUnread(document);
  const Icon = document.isTemplate === true ? LayoutTemplate : FileText;
  return (
    <div
      role="treeitem"
      aria-level={level}
      aria-setsize={row.count}
      aria-posinset={row.place}
      aria-expanded={row.mayHaveChildren ? isExpanded : undefined}
      aria-current={isHere ? 'page' : undefined}
      aria-label={name}
      tabIndex={isTabStop ? 0 : -1}
      data-document={document.id}
      draggable
      onFocus={() => actions.focused(document.id)}
      style={{
        transform: `translateY(${start}px)`,
        height,
        paddingInlineStart: `${(level - 1) * INDENT_PX + 2}px`,
      }}
      className={classNames(
        'group absolute flex w-full items-center gap-1 rounded-box pr-1 text-ui font-medium hover:bg-hover focus-visible:-outline-offset-2',
        isHere ? 'bg-hover text-ink' : 'text-ink-2 hover:text-ink',
        drop === 'inside' && 'bg-accent-soft',
      )}
    >
      {drop !== null && drop !== 'inside' && (
        <span
          aria-hidden
          className={classNames(
            'pointer-events-none absolute inset-x-1 h-0.5 rounded-full bg-accent',
            drop === 'before' ? '-top-px' : '-bottom-px',
          )}
        />
      )}
      <button
        type="button"
        tabIndex={-1}
        aria-hidden
        onClick={() => actions.toggle(row)}
        className="relative flex size-6 shrink-0 items-center justify-center rounded-[5px] text-ink-3 hover:bg-line hover:text-ink pointer-coarse:size-9"
      >
        <Icon
          size={15}
          strokeWidth={1.75}
          className={classNames(
            row.mayHaveChildren &&
              (isExpanded ? 'hidden' : 'group-hover:hidden pointer-coarse:hidden'),
          )}
        />
        {row.mayHaveChildren && (
          <ChevronRight
            size={15}
            className={classNames(
              'transition-transform duration-(--quick) rtl:-scale-x-100',
              isExpanded ? 'rotate-90' : 'hidden group-hover:block pointer-coarse:block',
            )}
          />
        )}
      </button>
      <Link
        to="/d/$document"
        params={{ document: document.id }}
        tabIndex={-1}
        draggable={false}
        className="flex h-full min-w-0 flex-1 items-center gap-2"
      >
        <span className="min-w-0 flex-1 truncate">{name}</span>
        <PresenceDots document={document.id} />
        {document.isNew === true && <NewBadge />}
        <UnreadBadge count={unread} />
      </Link>
      <ItemActions document={document} name={name} isTabStop={isTabStop} actions={actions} />
    </div>
  );
});

const action =
  'hidden size-6 shrink-0 items-center justify-center rounded-[5px] text-ink-3 group-focus-within:flex group-hover:flex data-popup-open:flex hover:bg-line hover:text-ink pointer-coarse:size-9';

function ItemActions({
  document,
  name,
  isTabStop,
  actions,
}: {
  readonly document: TreeDocument;
  readonly name: string;
} & Pick<TreeItemProps, 'isTabStop' | 'actions'>) {
  const { t } = useTranslation();
  const { client } = useServices();
  const createInside = useCreateInside(document.id, () => actions.created(document.id));
  const may = (what: 'write' | 'trash') => can({ role: document.role, lifecycle: 'active' }, what);
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            tabIndex={isTabStop ? 0 : -1}
            aria-label={t('list.actions', { name: isolated(name) })}
            className={classNames(action, 'pointer-coarse:flex')}
          >
            <Ellipsis size={16} aria-hidden />
          </button>
        }
      >
        {may('write') && (
          <MenuItem icon={Plus} onSelect={createInside}>
            {t('tree.createInside')}
          </MenuItem>
        )}
        <FavouriteItem document={document.id} />
        {may('write') && (
          <MenuItem icon={FolderInput} onSelect={() => askWhereTo(document.id)}>
            {t('tree.moveTo')}
          </MenuItem>
        )}
        <Steps steps={() => actions.stepsOf(document)} />
        {document.parent === null && (
          <MenuItem
            icon={ListX}
            onSelect={() =>
              client.commands.run({ name: 'document:unlist', input: { document: document.id } })
            }
          >
            {t('list.forget')}
          </MenuItem>
        )}
        {may('trash') && (
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
      {may('write') && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={t('tree.createInsideNamed', { name: isolated(name) })}
          title={t('tree.createInside')}
          onClick={createInside}
          className={action}
        >
          <Plus size={16} aria-hidden />
        </button>
      )}
    </>
  );
}

/** Read when the menu opens. */
function Steps({ steps }: { readonly steps: () => readonly Step[] }) {
  const { t } = useTranslation();
  return steps().map(({ to, run }) => (
    <MenuItem key={to} icon={STEP_ICONS[to]} keys={chord('Alt', STEP_KEYS[to])} onSelect={run}>
      {t(`tree.step.${to}`)}
    </MenuItem>
  ));
}

function useCreateInside(parent: string, onCreated: () => void): () => void {
  const { t } = useTranslation();
  const { client } = useServices();
  return () => {
    // The first keys are for the title field, which does not exist yet.
    catchTyping(t('newDocument'));
    const document = newDocumentId();
    client.commands.run({ name: 'document:create', input: { document, parent } });
    onCreated();
    navigate('/d/$document', { params: { document }, state: { isNew: true } });
  };
}

function useUnread({ id, chatRead }: TreeDocument): number {
  const { activity } = useServices();
  return (
    useChannelValue(activity, ({ state }) => {
      const news = state?.documents[id];
      return news === undefined ? 0 : countUnread(news, chatRead);
    }) ?? 0
  );
}
