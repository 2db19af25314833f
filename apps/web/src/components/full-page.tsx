import type { ReactNode } from 'react';

interface FullPageProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** A page that has one thing to say and one thing to do. */
export function FullPage({ title, children, action }: FullPageProps) {
  return (
    <section className="mx-auto flex min-h-[60dvh] w-full max-w-[440px] flex-col items-start justify-center gap-3 px-5 py-12">
      <h1 className="text-heading font-semibold tracking-[-0.012em]">{title}</h1>
      <p className="text-read text-ink-2">{children}</p>
      {action !== undefined && <div className="mt-2 flex flex-wrap gap-2">{action}</div>}
    </section>
  );
}
