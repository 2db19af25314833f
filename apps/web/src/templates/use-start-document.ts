import { Deferred } from '../components/deferred.tsx';
import { toast } from '../components/toast.ts';
import { useServices } from '../session/services.ts';
import { useTranslation } from '../translation/translation.ts';
import type { Template } from './template-list.ts';

const code = new Deferred(() => import('./start-document.ts'));

/** Makes a document from a template, and opens it. */
export function useStartDocument(): (template: Template) => Promise<void> {
  const { t } = useTranslation();
  const { client } = useServices();
  return async (template) => {
    const loaded = await code.load().catch(() => null);
    if (loaded === null) toast.error(t('notLoaded'));
    else await loaded.startDocument(template, client);
  };
}
