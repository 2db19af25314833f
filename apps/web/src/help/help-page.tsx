import type { ReactNode } from 'react';
import { DeviceSaveStatusChip } from '../save-status/save-status-chip.tsx';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import { addTexts } from '../translation/translation.ts';
import words from '../languages/help.en.json' with { type: 'json' };

addTexts(words);

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
        <DeviceSaveStatusChip />
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
