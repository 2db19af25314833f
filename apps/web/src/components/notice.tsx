import type { ReactNode } from 'react';

interface NoticeProps {
  readonly children: ReactNode;
  /** What to do about it. */
  readonly action?: ReactNode;
  readonly tone?: 'plain' | 'held' | 'bad';
}

const dots = { plain: 'bg-ink-3', held: 'bg-warn', bad: 'bg-bad' } as const;

/** A sentence in place: what happened, that nothing is lost, what to do. */
export function Notice({ children, action, tone = 'plain' }: NoticeProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-box border border-line bg-raise px-3.5 py-2.5 text-ui text-ink-2">
      <span aria-hidden className={`size-1.75 shrink-0 rounded-full ${dots[tone]}`} />
      <p className="min-w-0 flex-1 basis-56">{children}</p>
      {action}
    </div>
  );
}
