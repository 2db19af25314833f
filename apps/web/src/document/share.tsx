import type { Access } from '@tandem/protocol';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { Popover } from '../components/popover.tsx';

/** The link, and what it lets people do. */
export function Share({ id, access }: { readonly id: string; readonly access: Access }) {
  const { t } = useTranslation();
  const link = `${location.origin}/d/${id}`;
  return (
    <Popover
      title={t('share.title')}
      align="end"
      className="w-84"
      trigger={<Button look="primary">{t('share.open')}</Button>}
    >
      <p className="mb-3 text-ui text-ink-2">
        {t(access === 'edit' ? 'share.edit' : 'share.view')}
      </p>
      <div className="flex gap-2">
        <input
          readOnly
          value={link}
          aria-label={t('share.link')}
          onFocus={({ target }) => target.select()}
          className="h-7.5 min-w-0 flex-1 rounded-box border border-line-strong bg-canvas px-2 text-ui text-ink-2 pointer-coarse:h-9"
        />
        <CopyButton look="primary" text={() => link}>
          {t('share.copy')}
        </CopyButton>
      </div>
    </Popover>
  );
}
