import type { DocumentSession } from '@tandem/client';
import {
  Copy,
  Download,
  FileUp,
  History,
  Keyboard,
  Paperclip,
  Pencil,
  StretchHorizontal,
  Trash2,
} from 'lucide-react';
import { navigate } from '../navigation/location.ts';
import { useTranslation } from '../translation/translation.ts';
import { toast } from '../components/toast.ts';
import { copyText } from '../components/copy-button.tsx';
import { Loaded } from '../components/deferred.tsx';
import { MenuChoice, MenuItem, MenuLine, MenuSwitch } from '../components/menu.tsx';
import { requestImport } from '../import/import-request.ts';
import { inbox } from '../inbox/inbox-button.tsx';
import { useObservable } from '../runtime/observable.ts';
import { openShortcutSheet } from '../screen/shortcut-sheet.tsx';
import { chord } from '../screen/shortcuts.ts';
import { useServices } from '../session/services.ts';
import { chooseTheme, theme, THEME_CHOICES } from '../theme/theme.ts';
import { FavouriteItem } from '../tree/favourite-item.tsx';
import { HISTORY } from './document-link.ts';
import { fullWidth, setFullWidth } from './full-width.ts';
import { focusTitle } from './title-field.tsx';
import type { DocumentFacts } from './use-document-facts.ts';

export interface DocumentMenuItemsProps {
  readonly session: DocumentSession;
  readonly facts: DocumentFacts;
  readonly onExport: () => void;
  readonly onFiles: () => void;
}

export function DocumentMenuItems({ session, facts, onExport, onFiles }: DocumentMenuItemsProps) {
  const { t } = useTranslation();
  const { client } = useServices();
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
  return (
    <>
      {facts.kind === 'page' && (
        <MenuItem icon={Copy} onSelect={() => void copyMarkdown()}>
          {t('menu.copyMarkdown')}
        </MenuItem>
      )}
      {facts.kind === 'page' && (
        <MenuItem icon={Download} onSelect={onExport}>
          {t('menu.export')}
        </MenuItem>
      )}
      {facts.access === 'edit' && (
        <MenuItem icon={FileUp} onSelect={() => requestImport(facts.id)}>
          {t('menu.import')}
        </MenuItem>
      )}
      {facts.access === 'edit' && (
        <MenuItem icon={Pencil} onSelect={focusTitle}>
          {t('menu.rename')}
        </MenuItem>
      )}
      {!facts.isUnknownToServer && facts.trashedAt === null && (
        <FavouriteItem document={facts.id} />
      )}
      {facts.kind === 'page' && facts.access === 'edit' && !facts.isUnknownToServer && (
        <MenuItem
          icon={History}
          onSelect={() =>
            navigate('/d/$document', { params: { document: facts.id }, search: HISTORY })
          }
        >
          {t('history.open')}
        </MenuItem>
      )}
      {facts.kind === 'page' && facts.access === 'edit' && !facts.isUnknownToServer && (
        <MenuItem icon={Paperclip} onSelect={onFiles}>
          {t('menu.files')}
        </MenuItem>
      )}
      <MenuSwitch icon={StretchHorizontal} checked={isWide} onChange={setFullWidth}>
        {t('menu.fullWidth')}
      </MenuSwitch>
      {facts.kind === 'page' && !facts.isUnknownToServer && facts.trashedAt === null && (
        <>
          <MenuLine />
          <Loaded from={inbox}>{({ FollowChoice }) => <FollowChoice document={facts.id} />}</Loaded>
        </>
      )}
      <MenuLine />
      <MenuChoice
        label={t('theme.title')}
        value={chosenTheme}
        options={THEME_CHOICES.map((value) => ({ value, label: t(`theme.${value}`) }))}
        onChange={chooseTheme}
      />
      <MenuLine />
      <MenuItem icon={Keyboard} keys={chord('Mod', '/')} onSelect={openShortcutSheet}>
        {t('menu.shortcuts')}
      </MenuItem>
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
