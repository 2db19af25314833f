import { useTranslation } from '../translation/translation.ts';
import { Notice } from '../components/feedback.tsx';
import { isolated } from '../languages/names.ts';
import { navigate } from '../navigation/location.ts';
import { TrashActions } from './trash-actions.tsx';
import { useDeletionDay } from './use-deletion-day.ts';

interface TrashNoticeProps {
  readonly document: string;
  readonly title: string;
  readonly trashedAt: number;
}

/** Above a document that is in the trash. */
export function TrashNotice({ document, title, trashedAt }: TrashNoticeProps) {
  const { t } = useTranslation();
  const day = useDeletionDay(trashedAt);
  return (
    <div role="status" className="mb-6">
      <Notice
        tone="warning"
        action={
          <TrashActions
            document={document}
            name={isolated(title || t('untitled'))}
            onPurged={() => navigate('/trash')}
          />
        }
      >
        {t('trash.notice', { day })}
      </Notice>
    </div>
  );
}
