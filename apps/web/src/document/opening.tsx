import { useTranslation } from '../translation/translation.ts';
import { Skeleton } from '../components/feedback.tsx';
import { ScreenHeader } from '../screen/screen-header.tsx';

export function Opening() {
  return (
    <>
      <ScreenHeader>{null}</ScreenHeader>
      <main id="main" tabIndex={-1} className="page outline-none">
        <div className="page-head">
          <Skeleton className="h-10 w-3/5" />
          <Skeleton className="mt-4 h-3.5 w-2/5" />
        </div>
        <TextSkeleton />
      </main>
    </>
  );
}

export function TextSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('loading')} className="page-head flex flex-col gap-3.5 !pt-6">
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-4 w-11/12" />
      <Skeleton className="h-4 w-2/3" />
    </div>
  );
}
