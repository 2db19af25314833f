import type { ReactNode } from 'react';
import { OverallChip } from '../connection/overall-chip.tsx';
import { ScreenHeader } from '../shell/screen-header.tsx';
import { useScreenTitle } from '../shell/use-screen-title.ts';

/** Something to read about the product. */
export function HelpPage({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}) {
  useScreenTitle(title);
  return (
    <>
      <ScreenHeader>
        <OverallChip />
      </ScreenHeader>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto flex w-full max-w-[800px] flex-col gap-4 px-5 pt-8 pb-24 text-read outline-none phone:px-10 phone:pt-14"
      >
        <h1 className="text-heading font-semibold tracking-[-0.012em]">{title}</h1>
        {children}
      </main>
    </>
  );
}
