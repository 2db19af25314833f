/** Where in the application the page is, over the browser's history. */
import { useSyncExternalStore } from 'react';
import { toPath, type Params, type Pattern } from './routes.ts';
import { rememberScrolling } from './scrolling.ts';

/** What the application remembers with an entry of the history. */
export interface EntryState {
  /** The document was created by the navigation. */
  readonly isNew?: boolean;
}

export interface Place {
  readonly path: string;
  /** With its question mark; empty without any. */
  readonly search: string;
  readonly state: EntryState;
  /** Differs for each entry of the history. */
  readonly entry: string;
  /** A place that was visited before shows the part that it showed then. */
  readonly arrival: 'new' | 'return';
}

interface HistoryState extends EntryState {
  readonly entry?: string;
}

let current: Place | null = null;
let entries = 0;
const listeners = new Set<() => void>();

export function currentPlace(): Place {
  current ??= read('return');
  return current;
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, currentPlace);
}

export interface NavigateOptions {
  readonly params?: Params;
  readonly search?: string;
  readonly state?: EntryState;
  /** Takes the place of the present entry of the history. */
  readonly replace?: boolean;
}

export function navigate(
  to: Pattern,
  { params, search = '', state, replace }: NavigateOptions = {},
): void {
  const path = toPath(to, params) + search;
  const entry: HistoryState = { ...state, entry: `${performance.timeOrigin}-${++entries}` };
  if (replace === true) history.replaceState(entry, '', path);
  else history.pushState(entry, '', path);
  arrive('new');
  // The browser tells only of changes that it made itself.
  if (search.includes('#')) dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Follows the browser's back and forward. */
export function startNavigation(): void {
  addEventListener('popstate', () => arrive('return'));
  rememberScrolling(() => currentPlace().entry);
}

function arrive(arrival: Place['arrival']): void {
  current = read(arrival);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(arrival: Place['arrival']): Place {
  const { entry = '', ...state } = (history.state ?? {}) as HistoryState;
  return { path: location.pathname, search: location.search, state, entry, arrival };
}
