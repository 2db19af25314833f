/** The templates from which a person can start a document: those of the app, and those on their list (TM2). */
import { useMemo } from 'react';
import type { ShownDocument } from '../documents/shown-document.ts';
import { useDocuments } from '../documents/use-documents.ts';
import words from '../languages/templates.en.json' with { type: 'json' };
import { addTexts, useTranslation } from '../translation/translation.ts';
import { BUILT_IN_TEMPLATES, type BuiltInTemplate } from './built-in-templates.ts';

addTexts(words);

export type Template =
  | { readonly kind: 'built-in'; readonly id: BuiltInTemplate; readonly title: string }
  | { readonly kind: 'own'; readonly id: string; readonly title: string };

export function useBuiltInTemplates(): readonly (Template & { readonly id: BuiltInTemplate })[] {
  const { t } = useTranslation();
  return BUILT_IN_TEMPLATES.map((id) => ({
    kind: 'built-in',
    id,
    title: t(`templates.names.${id}`),
  }));
}

/** By title; null while the list is unknown. */
export function useOwnTemplates(): readonly ShownDocument[] | null {
  const templates = useDocuments(templatesIn, areSame);
  const { language } = useTranslation();
  return useMemo(
    () =>
      templates?.toSorted((one, other) => one.title.localeCompare(other.title, language)) ?? null,
    [templates, language],
  );
}

/** All of them, one's own first. */
export function useTemplates(): readonly Template[] {
  const { t } = useTranslation();
  const own = useOwnTemplates() ?? [];
  const builtIn = useBuiltInTemplates();
  return [
    ...own.map(({ id, title }) => ({ kind: 'own' as const, id, title: title || t('untitled') })),
    ...builtIn,
  ];
}

function templatesIn(documents: readonly ShownDocument[]): readonly ShownDocument[] {
  return documents.filter(({ isTemplate }) => isTemplate);
}

/** Whatever else changes in them is not shown. */
function areSame(some: readonly ShownDocument[], others: readonly ShownDocument[]): boolean {
  const shown = (documents: readonly ShownDocument[]) =>
    JSON.stringify(documents.map(({ id, title, excerpt, role }) => [id, title, excerpt, role]));
  return shown(some) === shown(others);
}
