import type { ExternalToast } from 'sonner';
import { Deferred } from './deferred.tsx';

/** Notices at the edge of the screen. Those that are shown before the code is there wait for it. */
type Toasts = typeof import('./toaster.tsx');
type Show = (toasts: Toasts) => void;

const waiting: Show[] = [];
let shown: Toasts | null = null;
let wantedListener: (() => void) | null = null;

export const toasts = new Deferred(() => import('./toaster.tsx'));

export function toast(message: string, options?: ExternalToast): void {
  show((module) => void module.toast(message, options));
}

toast.error = (message: string, options?: ExternalToast): void => {
  show((module) => void module.toast.error(message, options));
};

toast.dismiss = (id: string): void => {
  show((module) => void module.toast.dismiss(id));
};

/** Called by the place of the notices once it is on the screen: notices before that would be lost. */
export function showToasts(module: Toasts): void {
  shown = module;
  for (const notice of waiting.splice(0)) notice(module);
}

/** @param listener called when the first notice waits */
export function onToastWanted(listener: () => void): () => void {
  wantedListener = listener;
  if (waiting.length > 0) listener();
  return () => (wantedListener = null);
}

function show(notice: Show): void {
  if (shown !== null) return notice(shown);
  waiting.push(notice);
  wantedListener?.();
}
