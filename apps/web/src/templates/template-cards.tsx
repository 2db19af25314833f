/** A template to start a document from. The card is its button; what else can be done is in the menu of one's own. */
import { can, MAX_TITLE_LENGTH, type ListedDocument } from '@tandem/protocol';
import {
  CalendarCheck,
  ClipboardList,
  Ellipsis,
  ExternalLink,
  FileText,
  LayoutTemplate,
  ListTodo,
  ListX,
  MessagesSquare,
  Pencil,
  Scale,
  Target,
  Trash2,
  type LucideIcon,
} from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { IconButton } from '../components/button.tsx';
import { isComposing } from '../components/keyboard.ts';
import { Menu, MenuItem, MenuLine } from '../components/menu.tsx';
import { fitTitle } from '../import/imported-blocks.ts';
import { isolated } from '../languages/names.ts';
import { navigate } from '../navigation/location.ts';
import { useServices } from '../session/services.ts';
import { useTranslation } from '../translation/translation.ts';
import { moveToTrash } from '../trash/move-to-trash.ts';
import type { BuiltInTemplate } from './built-in-templates.ts';
import type { Template } from './template-list.ts';
import { unmarkTemplate } from './unmark-template.ts';
import { useStartDocument } from './use-start-document.ts';

const ICONS: Readonly<Record<BuiltInTemplate, LucideIcon>> = {
  meeting: ClipboardList,
  project: Target,
  tasks: ListTodo,
  review: CalendarCheck,
  decision: Scale,
  'one-on-one': MessagesSquare,
};

export function BuiltInCard({
  template,
}: {
  readonly template: Template & { readonly id: BuiltInTemplate };
}) {
  const { t } = useTranslation();
  const { id } = template;
  return (
    <Card template={template} icon={ICONS[id]}>
      {t(`templates.about.${id}`)}
    </Card>
  );
}

export function OwnCard({ template }: { readonly template: ListedDocument }) {
  const { t } = useTranslation();
  const { client } = useServices();
  const [isRenaming, setRenaming] = useState(false);
  const { id, title, excerpt, role } = template;
  const name = title || t('untitled');
  const may = (what: 'rename' | 'template' | 'trash') => can({ role, lifecycle: 'active' }, what);
  const input = { document: id };
  const menu = (
    <Menu
      trigger={<IconButton label={t('list.actions', { name: isolated(name) })} icon={Ellipsis} />}
    >
      <MenuItem
        icon={ExternalLink}
        onSelect={() => navigate('/d/$document', { params: { document: id } })}
      >
        {t(may('rename') ? 'templates.edit' : 'templates.read')}
      </MenuItem>
      {may('rename') && (
        <MenuItem icon={Pencil} onSelect={() => setRenaming(true)}>
          {t('templates.rename')}
        </MenuItem>
      )}
      {may('template') && (
        <MenuItem
          icon={FileText}
          onSelect={() => unmarkTemplate(client.commands, { id, title: name })}
        >
          {t('templates.unmark')}
        </MenuItem>
      )}
      <MenuLine />
      {may('trash') ? (
        <MenuItem icon={Trash2} tone="bad" onSelect={() => moveToTrash(client.commands, id)}>
          {t('trash.move')}
        </MenuItem>
      ) : (
        <MenuItem
          icon={ListX}
          onSelect={() => client.commands.run({ name: 'document:unlist', input })}
        >
          {t('list.forget')}
        </MenuItem>
      )}
    </Menu>
  );
  if (isRenaming) return <Renaming template={template} onEnd={() => setRenaming(false)} />;
  return (
    <Card template={{ kind: 'own', id, title: name }} icon={LayoutTemplate} menu={menu}>
      {role !== 'owner' && <span>{t('templates.shared')} · </span>}
      <span className="written">{excerpt || t('templates.noText')}</span>
    </Card>
  );
}

interface CardProps {
  readonly template: Template;
  readonly icon: LucideIcon;
  readonly menu?: ReactNode;
  readonly children: ReactNode;
}

const card =
  'group relative flex min-w-0 items-start gap-3 rounded-box border border-line bg-raise px-3.5 py-3';

function Card({ template, icon: Icon, menu, children }: CardProps) {
  const { t } = useTranslation();
  const start = useStartDocument();
  const about = useId();
  const { title } = template;
  return (
    <li className={`${card} hover:bg-hover has-[>div>button:focus-visible]:bg-hover`}>
      <Icon size={18} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          aria-label={t('templates.newFrom', { title: isolated(title) })}
          aria-describedby={about}
          onClick={() => void start(template)}
          className="block max-w-full truncate text-start text-base font-medium after:absolute after:inset-0 after:rounded-box focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
        >
          <bdi>{title}</bdi>
        </button>
        <p id={about} className="mt-0.5 line-clamp-2 text-ui text-ink-2">
          {children}
        </p>
      </div>
      {menu !== undefined && <div className="z-1 -mt-1 -mr-1.5">{menu}</div>}
    </li>
  );
}

function Renaming({
  template: { id, title },
  onEnd,
}: {
  readonly template: ListedDocument;
  readonly onEnd: () => void;
}) {
  const { t } = useTranslation();
  const { client } = useServices();
  const [draft, setDraft] = useState(title);
  const save = () => {
    const next = fitTitle(draft, MAX_TITLE_LENGTH);
    if (next !== title)
      client.commands.run({ name: 'document:rename', input: { document: id, title: next } });
    onEnd();
  };
  return (
    <li className={card}>
      <LayoutTemplate
        size={18}
        strokeWidth={1.75}
        aria-hidden
        className="mt-1.5 shrink-0 text-ink-3"
      />
      <input
        autoFocus
        value={draft}
        maxLength={MAX_TITLE_LENGTH}
        aria-label={t('templates.renameLabel')}
        onChange={({ target }) => setDraft(target.value)}
        onFocus={({ target }) => target.select()}
        onBlur={save}
        onKeyDown={({ key, nativeEvent }) => {
          if (isComposing(nativeEvent)) return;
          if (key === 'Enter') save();
          if (key === 'Escape') onEnd();
        }}
        className="h-8 min-w-0 flex-1 rounded-box border border-line-strong bg-canvas px-2 text-base outline-none focus-visible:outline-2 focus-visible:outline-accent pointer-coarse:h-11"
      />
    </li>
  );
}
