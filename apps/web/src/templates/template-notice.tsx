import type { Access } from '@tandem/protocol';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/feedback.tsx';
import words from '../languages/templates.en.json' with { type: 'json' };
import { addTexts, useTranslation } from '../translation/translation.ts';
import { useStartDocument } from './use-start-document.ts';

addTexts(words);

interface TemplateNoticeProps {
  readonly facts: { readonly id: string; readonly title: string; readonly access: Access };
}

/** Above a template: who writes in it should know that. */
export function TemplateNotice({ facts: { id, title, access } }: TemplateNoticeProps) {
  const { t } = useTranslation();
  const start = useStartDocument();
  const template = { kind: 'own', id, title: title || t('untitled') } as const;
  return (
    <div role="status" className="mb-6">
      <Notice action={<Button onClick={() => void start(template)}>{t('templates.use')}</Button>}>
        {t(access === 'edit' ? 'templates.notice' : 'templates.noticeReader')}
      </Notice>
    </div>
  );
}
