/** Makes documents from templates (TM3). */
import type { Client } from '@tandem/client';
import { fromMarkdown } from '@tandem/document/markdown-reader';
import { toast } from '../components/toast.ts';
import { copyOf, makeAndOpen, makeCopy, PROBLEM_MS, type Original } from '../copies/duplication.ts';
import type { DuplicateResult } from '../copies/duplicate-document.ts';
import { createDocument } from '../import/create-document.ts';
import { isolated } from '../languages/names.ts';
import { navigate } from '../navigation/location.ts';
import { translate } from '../translation/translation.ts';
import { documentFiles } from '../uploads/document-files.ts';
import type { BuiltInTemplate } from './built-in-templates.ts';
import { BUILT_IN_TEXTS } from './built-in-texts.ts';
import type { Template } from './template-list.ts';

export async function startDocument(template: Template, client: Client): Promise<void> {
  const { kind, id, title } = template;
  const make = () =>
    kind === 'built-in'
      ? startFromText({ id, title }, client)
      : copyTemplate({ id, title }, client);
  await makeAndOpen({ key: `template ${id}`, title, make }, client);
}

/** A copy at the top of the own list, which is a template once all of it is there (TM4). */
export async function saveAsTemplate(original: Original, client: Client): Promise<void> {
  const { session, title } = original;
  const make = () => copyOf(original, { title, library: null }, client);
  const result = await makeCopy({ key: `save ${session.id}`, title, make }, client);
  if (result?.kind !== 'created') return;
  if (result.refusals.length > 0) {
    toast.error(translate('templates.notSaved', { title: isolated(title) }), {
      duration: PROBLEM_MS,
    });
    return;
  }
  const input = { document: result.document, isTemplate: true };
  client.commands.run({ name: 'document:template', input });
  toast(translate('templates.saved', { title: isolated(title) }), {
    action: { label: translate('templates.show'), onClick: () => navigate('/templates') },
  });
}

interface Named<I extends string = string> {
  readonly id: I;
  readonly title: string;
}

async function startFromText(
  { id, title }: Named<BuiltInTemplate>,
  client: Client,
): Promise<DuplicateResult> {
  const blocks = fromMarkdown(BUILT_IN_TEXTS[id]);
  const created = await createDocument(
    { imported: { title: null, blocks, files: [], losses: [] }, title, parent: null },
    {
      client,
      uploadsOf: (document) => documentFiles(document).uploads(),
      signal: new AbortController().signal,
    },
  );
  return created.kind === 'created' ? { ...created, refusals: [] } : created;
}

async function copyTemplate({ id, title }: Named, client: Client): Promise<DuplicateResult> {
  const session = client.openDocument(id);
  try {
    return await copyOf({ session, title }, { title, library: null }, client);
  } finally {
    client.closeDocument(id);
  }
}
