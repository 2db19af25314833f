import { Autocomplete } from '@base-ui/react/autocomplete';
import type { SearchResults } from '@tandem/protocol';
import { FileText, MessageSquareText, UserRound, Zap } from 'lucide-react';
import { useCallback, useState } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import {
  finder,
  FinderField,
  FinderNote,
  FinderPopup,
  finderList,
  finderRow,
} from '../components/finder-popup.tsx';
import { commentHash } from '../comments/comments-place.ts';
import { allDocuments, useDocuments, useNewDocument } from '../documents/use-documents.ts';
import { navigate } from '../navigation/location.ts';
import { openShortcutSheet } from '../screen/shortcut-sheet.tsx';
import { chord, NEW_DOCUMENT } from '../screen/shortcuts.ts';
import { useServices } from '../session/services.ts';
import { useSearch } from '../session/use-search.ts';
import { useTemplates } from '../templates/template-list.ts';
import { useStartDocument } from '../templates/use-start-document.ts';
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
    <FinderPopup open={open} onOpenChange={onOpenChange} label={t('palette.title')}>
      <Finder close={() => onOpenChange(false)} />
    </FinderPopup>
  );
}

function Finder({ close }: { readonly close: () => void }) {
  const { t } = useTranslation();
  const { client } = useServices();
  const [search, setSearch] = useState('');
  const documents = useDocuments(allDocuments) ?? [];
  const findText = useCallback(
    (text: string, signal: AbortSignal) => client.search.find(text, signal),
    [client],
  );
  const findPeople = useCallback((text: string) => client.people.find(text), [client]);
  const results = useSearch(search, findText, mayBeLate);
  const people = useSearch(search, findPeople);
  const groups = paletteGroups(search, {
    documents,
    results: results.answer?.results ?? [],
    people: people.answer ?? [],
    actions: useActions(search),
  });
  const choose = (item: PaletteItem) => {
    close();
    if (item.kind === 'action') return item.run();
    if (item.kind === 'person')
      return navigate('/d/$document', { params: { document: item.person.document.id } });
    const search = item.thread === undefined ? '' : commentHash(item.thread);
    navigate('/d/$document', { params: { document: item.id }, search });
  };
  const note =
    results.state === 'failed'
      ? 'offline'
      : results.answer?.similar === true
        ? 'similar'
        : groups.length > 0
          ? null
          : results.state === 'running'
            ? 'searching'
            : 'nothing';
  return (
    <Autocomplete.Root
      {...finder}
      items={groups}
      value={search}
      onValueChange={(value, { reason }) => reason !== 'item-press' && setSearch(value)}
      itemToStringValue={nameOf}
    >
      <FinderField label={t('palette.title')} placeholder={t('palette.placeholder')} />
      <FinderNote>{note && t(`palette.${note}`, { search })}</FinderNote>
      <Autocomplete.List className={finderList}>
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
                  className={finderRow}
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
              {item.thread !== undefined && (
                <MessageSquareText
                  role="img"
                  size={13}
                  aria-label={t('palette.comment')}
                  className="mr-1 inline align-[-2px]"
                />
              )}
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

function useActions(search: string): readonly PaletteAction[] {
  const { t } = useTranslation();
  const start = useStartDocument();
  const templates = useTemplates();
  // Without a search, the way to all of them is enough.
  const searched = search.trim() === '' ? [] : templates;
  const newDocument = useNewDocument();
  const action = (id: string, label: string, run: () => void, keys?: string): PaletteAction => ({
    kind: 'action',
    ...{ id, label, run, keys },
  });
  return [
    action('new', t('newDocument'), newDocument, NEW_DOCUMENT),
    ...searched.map((template) =>
      action(
        `template ${template.id}`,
        t('templates.newFrom', { title: template.title }),
        () => void start(template),
      ),
    ),
    action('templates', t('templates.title'), () => navigate('/templates')),
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
function mayBeLate({ results, similar }: SearchResults): boolean {
  return results.length === 0 || similar;
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
