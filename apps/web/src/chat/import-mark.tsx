import { classNames } from '../components/class-names.ts';
import { isolated } from '../languages/names.ts';
import { useTranslation } from '../translation/translation.ts';

/** Who imported it, by each name that is no account’s (CO8, W48). */
export function ImportMark({
  by,
  className,
}: {
  readonly by: string;
  readonly className?: string;
}) {
  const { t } = useTranslation();
  return (
    <p className={classNames('text-tiny text-ink-3', className)}>
      {t('chat.imported', { name: isolated(by) })}
    </p>
  );
}
