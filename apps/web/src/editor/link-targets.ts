/** The documents to which a typed `[[` links: what the application offers, as items of the editor's menu. */
import type { Command } from '@tiptap/pm/state';
import { Observable } from '../runtime/observable.ts';
import { insertLink } from './link-commands.ts';

export interface LinkTarget {
  readonly id: string;
  readonly title: string;
  readonly href: string;
  /** What tells it from others of the same title. */
  readonly hint: string;
}

export interface LinkItem {
  readonly id: `document-${string}`;
  readonly title: string;
  readonly hint: string;
  readonly command: Command;
}

/** The best first, for what was typed after `[[`. Null until the application sets it, and again when it offers more. */
export const linkTargets = new Observable<((query: string) => readonly LinkTarget[]) | null>(null);

export function linkItems(query: string): LinkItem[] {
  return (linkTargets.get()?.(query) ?? []).map(({ id, title, href, hint }) => ({
    id: `document-${id}`,
    title,
    hint,
    command: insertLink(title, href),
  }));
}
