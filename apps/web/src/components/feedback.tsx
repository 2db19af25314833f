import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

interface FullPageProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function FullPage({ title, children, action }: FullPageProps) {
  return (
    <section className="mx-auto flex min-h-[60dvh] w-full max-w-[440px] flex-col items-start justify-center gap-3 px-5 py-12">
      <h1 className="text-heading font-semibold tracking-[-0.012em]">{title}</h1>
      <p className="text-read text-ink-2">{children}</p>
      {action !== undefined && <div className="mt-2 flex flex-wrap gap-2">{action}</div>}
    </section>
  );
}

interface NoticeProps {
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly tone?: 'plain' | 'warning' | 'bad';
}

const dots = { plain: 'bg-ink-3', warning: 'bg-warn', bad: 'bg-bad' } as const;

export function Notice({ children, action, tone = 'plain' }: NoticeProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-box border border-line bg-raise px-3.5 py-2.5 text-ui text-ink-2">
      <span aria-hidden className={`size-1.75 shrink-0 rounded-full ${dots[tone]}`} />
      <p className="min-w-0 flex-1 basis-56">{children}</p>
      {action}
    </div>
  );
}

/** A placeholder for loading content; appears only after a noticeable wait. */
export function Skeleton({ className }: { readonly className: string }) {
  return (
    <span aria-hidden className={classNames('appear-late block rounded-box bg-hover', className)} />
  );
}
