import type { DocumentSession } from '@tandem/client';
import {
  Copy,
  CopyPlus,
  Download,
  FileUp,
  FolderInput,
  History,
  Keyboard,
  Paperclip,
  Pencil,
  StretchHorizontal,
  SunMoon,
  Trash2,
} from 'lucide-react';
import { navigate } from '../navigation/location.ts';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { toast } from '../components/toast.ts';
import { useMedia } from '../components/browser-state.ts';
import { copyText } from '../components/copy-button.tsx';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { MenuChoice, MenuItem, MenuLine, MenuSwitch, Submenu } from '../components/menu.tsx';
import { requestImport } from '../import/import-request.ts';
import { inbox } from '../inbox/inbox-button.tsx';
import { useObservable } from '../runtime/observable.ts';
import { openShortcutSheet } from '../screen/shortcut-sheet.tsx';
import { chord } from '../screen/shortcuts.ts';
import { useServices } from '../session/services.ts';
import { chooseTheme, theme, THEME_CHOICES } from '../theme/theme.ts';
import { TemplateItems } from '../templates/template-items.tsx';
import { FavouriteItem } from '../tree/favourite-item.tsx';
import { askWhereTo } from '../tree/move-host.tsx';
import { HISTORY } from './document-link.ts';
import { fullWidth, setFullWidth } from './full-width.ts';
import { focusTitle } from './title-field.tsx';
import type { DocumentFacts } from './use-document-facts.ts';
import words from '../languages/document-menu.en.json' with { type: 'json' };
import '../tree/tree-words.ts';

addTexts(words);

const duplication = new Deferred(() => import('../copies/duplication.ts'));

export interface DocumentMenuItemsProps {
  readonly session: DocumentSession;
  readonly facts: DocumentFacts;
  readonly onExport: () => void;
  readonly onFiles: () => void;
}

export function DocumentMenuItems({ session, facts, onExport, onFiles }: DocumentMenuItemsProps) {
  const { t } = useTranslation();
  const { client, library } = useServices();
  const isPhone = useMedia('(max-width: 700px)');
  const isTouched = useMedia('(pointer: coarse)');
  const isWide = useObservable(fullWidth);
  const chosenTheme = useObservable(theme);
  const copyMarkdown = async () => {
    const done = await copyText(async () => {
      const { toMarkdown } = await import('@tandem/document/markdown-writer');
      return `# ${facts.title || t('untitled')}\n\n${toMarkdown(session.doc)}`;
    });
    // The menu has closed, so the result is shown as a notice.
    if (done) toast(t('copied'));
    else toast.error(t('copyFailed'));
  };
  const duplicate = async () => {
    const loaded = await duplication.load().catch(() => null);
    if (loaded === null) return toast.error(t('notLoaded'));
    const title = facts.title || t('untitled');
    await loaded.duplicate({ session, title, library: library.state }, client);
  };
  const isPage = facts.kind === 'page';
  const isKnown = !facts.isUnknownToServer;
  const isActive = isKnown && facts.trashedAt === null;
  const mayEdit = facts.access === 'edit';
  return (
    <>
      {isActive && <FavouriteItem document={facts.id} />}
      {mayEdit && (
        <MenuItem icon={Pencil} onSelect={focusTitle}>
          {t('menu.rename')}
        </MenuItem>
      )}
      {isPage && facts.trashedAt === null && (
        <MenuItem icon={CopyPlus} onSelect={() => void duplicate()}>
          {t('menu.duplicate')}
        </MenuItem>
      )}
      {isPage && facts.trashedAt === null && (
        <TemplateItems session={session} title={facts.title} />
      )}
      {isActive && mayEdit && (
        <MenuItem icon={FolderInput} onSelect={() => askWhereTo(facts.id)}>
          {t('tree.moveTo')}
        </MenuItem>
      )}
      {isPage && isKnown && (mayEdit || isActive) && <MenuLine />}
      {isPage && mayEdit && isKnown && (
        <MenuItem
          icon={History}
          onSelect={() =>
            navigate('/d/$document', { params: { document: facts.id }, search: HISTORY })
          }
        >
          {t('history.open')}
        </MenuItem>
      )}
      {isPage && mayEdit && isKnown && (
        <MenuItem icon={Paperclip} onSelect={onFiles}>
          {t('menu.files')}
        </MenuItem>
      )}
      {isPage && isActive && (
        <Loaded from={inbox}>{({ FollowChoice }) => <FollowChoice document={facts.id} />}</Loaded>
      )}
      {(isPage || mayEdit) && <MenuLine />}
      {isPage && (
        <MenuItem icon={Copy} onSelect={() => void copyMarkdown()}>
          {t('menu.copyMarkdown')}
        </MenuItem>
      )}
      {isPage && (
        <MenuItem icon={Download} onSelect={onExport}>
          {t('menu.export')}
        </MenuItem>
      )}
      {mayEdit && (
        <MenuItem icon={FileUp} onSelect={() => requestImport(facts.id)}>
          {t('menu.import')}
        </MenuItem>
      )}
      <MenuLine />
      {!isPhone && (
        <MenuSwitch icon={StretchHorizontal} checked={isWide} onChange={setFullWidth}>
          {t('menu.fullWidth')}
        </MenuSwitch>
      )}
      <Submenu icon={SunMoon} label={t('theme.title')} value={t(`theme.${chosenTheme}`)}>
        <MenuChoice
          label={null}
          value={chosenTheme}
          options={THEME_CHOICES.map((value) => ({ value, label: t(`theme.${value}`) }))}
          onChange={chooseTheme}
        />
      </Submenu>
      {!isTouched && (
        <MenuItem icon={Keyboard} keys={chord('Mod', '/')} onSelect={openShortcutSheet}>
          {t('menu.shortcuts')}
        </MenuItem>
      )}
      {facts.mayTrash && (
        <>
          <MenuLine />
          <MenuItem
            icon={Trash2}
            tone="bad"
            onSelect={() =>
              client.commands.run({ name: 'document:trash', input: { document: facts.id } })
            }
          >
            {t('trash.move')}
          </MenuItem>
        </>
      )}
    </>
  );
}
