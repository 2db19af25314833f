/** What the palette offers for a search: documents, people and actions, in groups. */
import { searchWords, type MetPerson, type SearchMatch, type SearchResult } from '@tandem/protocol';
import { hasWords, type ShownDocument } from '../documents/shown-document.ts';

export interface PaletteAction {
  readonly kind: 'action';
  readonly id: string;
  readonly label: string;
  readonly keys?: string | undefined;
  readonly run: () => void;
}

export type PaletteItem =
  | PaletteAction
  | {
      readonly kind: 'document';
      readonly id: string;
      readonly title: string;
      readonly excerpt: string;
      readonly matches: readonly SearchMatch[];
      /** The excerpt is of a comment. */
      readonly thread?: string | undefined;
    }
  | { readonly kind: 'person'; readonly id: string; readonly person: MetPerson };

export interface PaletteGroup {
  readonly value: 'documents' | 'people' | 'actions';
  readonly items: readonly PaletteItem[];
}

const MAX_RECENT = 7;
const MAX_DOCUMENTS = 20;
const MAX_PEOPLE = 5;

/** Titles that this page knows come first, at once and offline; texts that the server found follow. */
export function paletteGroups(
  search: string,
  {
    documents,
    results,
    people,
    actions,
  }: {
    readonly documents: readonly ShownDocument[];
    readonly results: readonly SearchResult[];
    readonly people: readonly MetPerson[];
    readonly actions: readonly PaletteAction[];
  },
): PaletteGroup[] {
  const isEmpty = searchWords(search).length === 0;
  const found = new Map(results.map((result) => [result.document, result]));
  const titled = isEmpty
    ? documents.slice(0, MAX_RECENT)
    : documents.filter(({ title }) => hasWords(title, search));
  const known = titled.map(({ id, title, excerpt }): PaletteItem => {
    const result = found.get(id);
    found.delete(id);
    return { kind: 'document', id, title, excerpt, matches: [], ...excerptOf(result) };
  });
  const further = [...found.values()].map(
    ({ document, title, excerpt, matches, thread }): PaletteItem => ({
      kind: 'document',
      id: document,
      ...{ title, excerpt, matches, thread },
    }),
  );
  const groups: PaletteGroup[] = [
    { value: 'documents', items: [...known, ...further].slice(0, MAX_DOCUMENTS) },
    {
      value: 'people',
      items: people
        .slice(0, MAX_PEOPLE)
        .map((person) => ({ kind: 'person', id: `person ${person.user.id}`, person })),
    },
    {
      value: 'actions',
      items: isEmpty ? actions : actions.filter(({ label }) => hasWords(label, search)),
    },
  ];
  return groups.filter(({ items }) => items.length > 0);
}

/** A result without a match in its text matched by its title only. */
function excerptOf(result: SearchResult | undefined) {
  if (result === undefined || result.matches.length === 0) return {};
  const { excerpt, matches, thread } = result;
  return { excerpt, matches, thread };
}
