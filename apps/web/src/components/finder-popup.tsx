import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import type { ReactNode } from 'react';

/** The frame of a search over the page. Its parts are put together in `Autocomplete.Root`. */
export function FinderPopup({
  open,
  onOpenChange,
  label,
  children,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup
          aria-label={label}
          className="floats fixed top-[min(12dvh,96px)] left-1/2 z-50 flex max-h-[min(560px,calc(100dvh-24px-min(12dvh,96px)))] w-[min(600px,calc(100vw-24px))] -translate-x-1/2 flex-col overflow-hidden"
        >
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

export function FinderField({
  label,
  placeholder,
}: {
  readonly label: string;
  readonly placeholder: string;
}) {
  return (
    <div className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line px-4">
      <Search size={16} aria-hidden className="shrink-0 text-ink-3" />
      <Autocomplete.Input
        aria-label={label}
        placeholder={placeholder}
        className="h-full min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-ink-3"
      />
      <kbd className="font-sans text-tiny text-ink-3 pointer-coarse:hidden">Esc</kbd>
    </div>
  );
}

/** What stands between the field and the list; null is read out as nothing. */
export function FinderNote({ children }: { readonly children: string | null }) {
  return (
    <p role="status" className={children === null ? 'sr-only' : 'px-4 py-3 text-ui text-ink-2'}>
      {children}
    </p>
  );
}

/** For `Autocomplete.Root`: the list is always there, and what is found comes filtered. */
export const finder = {
  open: true,
  inline: true,
  filter: null,
  autoHighlight: 'always',
  keepHighlight: true,
} as const;

export const finderList = 'min-h-0 overflow-y-auto overscroll-contain p-1.5 empty:hidden';

export const finderRow =
  'flex min-h-9 cursor-default items-center gap-2.5 rounded-[5px] px-2.5 py-1 text-ui outline-none select-none data-highlighted:bg-hover pointer-coarse:min-h-11';
