import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { FileText, Search, UserRound, Zap } from 'lucide-react';
import { useCallback, useState } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { allDocuments, useDocuments, useNewDocument } from '../documents/use-documents.ts';
import { navigate } from '../navigation/location.ts';
import { openShortcutSheet } from '../screen/shortcut-sheet.tsx';
import { chord, NEW_DOCUMENT } from '../screen/shortcuts.ts';
import { useServices } from '../session/services.ts';
import { useSearch } from '../session/use-search.ts';
import { chooseTheme, THEME_CHOICES } from '../theme/theme.ts';
import { Highlighted } from './highlighted.tsx';
import {
  paletteGroups,
  type PaletteAction,
  type PaletteGroup,
  type PaletteItem,
} from './palette-groups.ts';
import words from '../languages/palette.en.json' with { type: 'json' };

addTexts(words);

interface PaletteProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function Palette({ open, onOpenChange }: PaletteProps) {
  const { t } = useTranslation();
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup
          aria-label={t('palette.title')}
          className="floats fixed top-[min(12dvh,96px)] left-1/2 z-50 flex max-h-[min(560px,calc(100dvh-24px-min(12dvh,96px)))] w-[min(600px,calc(100vw-24px))] -translate-x-1/2 flex-col overflow-hidden"
        >
          <Finder close={() => onOpenChange(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Finder({ close }: { readonly close: () => void }) {
  const { t } = useTranslation();
  const { client } = useServices();
  const [search, setSearch] = useState('');
  const documents = useDocuments(allDocuments) ?? [];
  const findText = useCallback((text: string) => client.search.find(text), [client]);
  const findPeople = useCallback((text: string) => client.people.find(text), [client]);
  const results = useSearch(search, findText, isEmpty);
  const people = useSearch(search, findPeople);
  const groups = paletteGroups(search, {
    documents,
    results: results.answer ?? [],
    people: people.answer ?? [],
    actions: useActions(),
  });
  const choose = (item: PaletteItem) => {
    close();
    if (item.kind === 'action') return item.run();
    const document = item.kind === 'document' ? item.id : item.person.document.id;
    navigate('/d/$document', { params: { document } });
  };
  const note =
    results.state === 'failed'
      ? 'offline'
      : groups.length > 0
        ? null
        : results.state === 'running'
          ? 'searching'
          : 'nothing';
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      filter={null}
      value={search}
      onValueChange={(value, { reason }) => reason !== 'item-press' && setSearch(value)}
      itemToStringValue={nameOf}
      autoHighlight="always"
      keepHighlight
    >
      <div className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line px-4">
        <Search size={16} aria-hidden className="shrink-0 text-ink-3" />
        <Autocomplete.Input
          aria-label={t('palette.title')}
          placeholder={t('palette.placeholder')}
          className="h-full min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-ink-3"
        />
        <kbd className="font-sans text-tiny text-ink-3 pointer-coarse:hidden">Esc</kbd>
      </div>
      <p role="status" className={note === null ? 'sr-only' : 'px-4 py-3 text-ui text-ink-2'}>
        {note !== null && t(`palette.${note}`, { search })}
      </p>
      <Autocomplete.List className="min-h-0 overflow-y-auto overscroll-contain p-1.5 empty:hidden">
        {(group: PaletteGroup) => (
          <Autocomplete.Group
            key={group.value}
            items={[...group.items]}
            className="not-first:mt-1.5"
          >
            <Autocomplete.GroupLabel className="px-2.5 py-1 text-tiny font-medium text-ink-3">
              {search.trim() === '' && group.value === 'documents'
                ? t('recent')
                : t(`palette.${group.value}`)}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(item: PaletteItem) => (
                <Autocomplete.Item
                  key={item.id}
                  value={item}
                  onClick={() => choose(item)}
                  className="flex min-h-9 cursor-default items-center gap-2.5 rounded-[5px] px-2.5 py-1 text-ui outline-none select-none data-highlighted:bg-hover pointer-coarse:min-h-11"
                >
                  <Row item={item} />
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}

const ICONS = { document: FileText, person: UserRound, action: Zap } as const;

function Row({ item }: { readonly item: PaletteItem }) {
  const { t } = useTranslation();
  const Icon = ICONS[item.kind];
  return (
    <>
      <Icon size={15} strokeWidth={1.75} aria-hidden className="shrink-0 text-ink-3" />
      {item.kind === 'document' && (
        <span className="min-w-0 flex-1">
          <bdi className="block truncate font-medium">{item.title || t('untitled')}</bdi>
          {item.excerpt !== '' && (
            <span className="block truncate text-small text-ink-3">
              <Highlighted text={item.excerpt} matches={item.matches} />
            </span>
          )}
        </span>
      )}
      {item.kind === 'person' && (
        <span className="min-w-0 flex-1 truncate">
          <bdi className="font-medium">{item.person.user.name}</bdi>
          <span className="text-small text-ink-3">
            {' · '}
            <bdi>{item.person.document.title || t('untitled')}</bdi>
          </span>
        </span>
      )}
      {item.kind === 'action' && (
        <>
          <span className="min-w-0 flex-1 truncate">{item.label}</span>
          {item.keys !== undefined && (
            <kbd className="font-sans text-tiny text-ink-3">{item.keys}</kbd>
          )}
        </>
      )}
    </>
  );
}

function useActions(): readonly PaletteAction[] {
  const { t } = useTranslation();
  const newDocument = useNewDocument();
  const action = (id: string, label: string, run: () => void, keys?: string): PaletteAction => ({
    kind: 'action',
    ...{ id, label, run, keys },
  });
  return [
    action('new', t('newDocument'), newDocument, NEW_DOCUMENT),
    action('all', t('allDocuments'), () => navigate('/')),
    action('trash', t('trash.title'), () => navigate('/trash')),
    ...THEME_CHOICES.map((choice) =>
      action(`theme ${choice}`, t('palette.theme', { theme: t(`theme.${choice}`) }), () =>
        chooseTheme(choice),
      ),
    ),
    action('shortcuts', t('menu.shortcuts'), openShortcutSheet, chord('Mod', '/')),
  ];
}

/** The index has a text two seconds after it was typed. */
function isEmpty(results: readonly unknown[]): boolean {
  return results.length === 0;
}

function nameOf(item: PaletteItem): string {
  switch (item.kind) {
    case 'action':
      return item.label;
    case 'document':
      return item.title;
    case 'person':
      return item.person.user.name;
  }
}
