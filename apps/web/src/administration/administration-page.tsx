import type { ReactNode } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { Notice } from '../components/feedback.tsx';
import { Link } from '../navigation/link.tsx';
import { useObservable } from '../runtime/observable.ts';
import { DeviceSaveStatusChip } from '../save-status/save-status-chip.tsx';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import { useServices } from '../session/services.ts';
import words from '../languages/administration.en.json' with { type: 'json' };

addTexts(words);

const PARTS = [
  ['/administration', 'administration.people.title'],
  ['/administration/groups', 'administration.groups.title'],
  ['/administration/audit', 'administration.audit.title'],
  ['/administration/server', 'administration.server.title'],
  ['/admin', 'administration.live'],
] as const;

interface AdministrationPageProps {
  readonly title: string;
  readonly text: ReactNode;
  /** The page above this one, which has no link of its own. */
  readonly above?: (typeof PARTS)[number][0];
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

/** What the pages for administrators have in common: where they lead to. */
export function AdministrationPage({
  title,
  text,
  above,
  isWide = false,
  children,
}: AdministrationPageProps) {
  const { t } = useTranslation();
  useScreenTitle(title);
  const { account } = useServices();
  // A browser that is new here has no session to ask with for a moment.
  const { user } = useObservable(account.state);
  return (
    <>
      <ScreenHeader>
        <span className="text-ui font-medium">{t('administration.title')}</span>
        <DeviceSaveStatusChip />
      </ScreenHeader>
      <main
        id="main"
        tabIndex={-1}
        className={classNames(
          'mx-auto flex w-full flex-col gap-4 px-4 pt-5 pb-16 outline-none phone:px-8',
          isWide ? 'max-w-[1200px]' : 'max-w-[860px]',
        )}
      >
        <nav aria-label={t('administration.title')} className="-mx-2 flex flex-wrap gap-x-1">
          {PARTS.map(([to, label]) => (
            <Link
              key={to}
              to={to}
              aria-current={to === above ? 'page' : undefined}
              className="touch rounded-box px-2 py-1 text-ui text-ink-2 hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink pointer-coarse:py-2"
              activeProps={{ 'aria-current': 'page' }}
            >
              {t(label)}
            </Link>
          ))}
        </nav>
        <header>
          <h1 className="text-heading font-semibold tracking-[-0.012em] break-words">
            <bdi>{title}</bdi>
          </h1>
          <p className="mt-1 text-ui text-ink-2">{text}</p>
        </header>
        {user === null ? null : children}
      </main>
    </>
  );
}

interface ProblemProps {
  readonly problem: string | null;
  readonly onRetry: () => void;
}

export function Problem({ problem, onRetry }: ProblemProps) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="empty:hidden">
      {problem !== null && (
        <Notice tone="bad" action={<Button onClick={onRetry}>{t('tryAgain')}</Button>}>
          {problem}
        </Notice>
      )}
    </div>
  );
}
