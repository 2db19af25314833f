import { can } from '@tandem/protocol';
import { FilePlus2, FileText, LayoutTemplate } from 'lucide-react';
import { Deferred } from '../components/deferred.tsx';
import { MenuItem } from '../components/menu.tsx';
import { toast } from '../components/toast.ts';
import type { Original } from '../copies/duplication.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import words from '../languages/templates.en.json' with { type: 'json' };
import { addTexts, useTranslation } from '../translation/translation.ts';
import { unmarkTemplate } from './unmark-template.ts';

addTexts(words);

const code = new Deferred(() => import('./start-document.ts'));

/** Of the menu of a document: a copy of it becomes a template; a template is used, or becomes an ordinary document. */
export function TemplateItems({ session, title }: Original) {
  const { t } = useTranslation();
  const { client, library } = useServices();
  const listed = useChannelValue(library, ({ state }) =>
    state?.documents.find(({ id }) => id === session.id),
  );
  const run = async (make: (loaded: typeof code.module & object) => Promise<void>) => {
    const loaded = await code.load().catch(() => null);
    if (loaded === null) toast.error(t('notLoaded'));
    else await make(loaded);
  };
  const original = { session, title: title || t('untitled') };
  if (listed?.isTemplate !== true)
    return (
      <MenuItem
        icon={LayoutTemplate}
        onSelect={() => void run(({ saveAsTemplate }) => saveAsTemplate(original, client))}
      >
        {t('templates.save')}
      </MenuItem>
    );
  const template = { kind: 'own', id: session.id, title: original.title } as const;
  return (
    <>
      <MenuItem
        icon={FilePlus2}
        onSelect={() => void run(({ startDocument }) => startDocument(template, client))}
      >
        {t('templates.use')}
      </MenuItem>
      {can({ role: listed.role, lifecycle: 'active' }, 'template') && (
        <MenuItem icon={FileText} onSelect={() => unmarkTemplate(client.commands, template)}>
          {t('templates.unmark')}
        </MenuItem>
      )}
    </>
  );
}
