import { useTranslation } from '../../translation/translation.ts';

import type { UploadState } from './editor-files.ts';

interface UploadNoticeProps {
  readonly state: UploadState;
  readonly isEditable: boolean;
  readonly onRetry: () => void;
  readonly onCancel: () => void;
}

/** How far an upload is, or why it does not go on, with what can be done about it. */
export function UploadNotice({ state, isEditable, onRetry, onCancel }: UploadNoticeProps) {
  const { t } = useTranslation();
  return (
    <div className="file-upload" data-state={state.kind}>
      {state.kind === 'failed' ? (
        <p role="alert">{state.message}</p>
      ) : (
        <p>{t(`editor.files.${state.kind}`)}</p>
      )}
      {state.kind === 'sending' && (
        <progress
          max={1}
          value={state.share}
          aria-label={t('editor.files.sending')}
          aria-valuetext={t('editor.files.percent', { percent: Math.round(state.share * 100) })}
        />
      )}
      {state.kind === 'failed' && (
        <button type="button" onClick={onRetry}>
          {t('editor.files.retry')}
        </button>
      )}
      {isEditable && (
        <button type="button" onClick={onCancel}>
          {t(state.kind === 'failed' ? 'editor.files.remove' : 'editor.files.cancel')}
        </button>
      )}
    </div>
  );
}
