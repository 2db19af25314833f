/** Unsent chat messages. A draft outlives the panel, and the text of a refused message or edit returns to it. */
import type { Commands } from '@tandem/client';
import type { ThreadMessage } from '@tandem/protocol';
import { createContext, use } from 'react';
import { Observable } from '../runtime/observable.ts';
import { joinTexts, NO_TEXT, type MentioningText } from './mentioning-text.ts';

export interface ChatDraft {
  readonly next: MentioningText;
  readonly replyTo: ThreadMessage | null;
  /** An edit of an earlier message; `next` waits meanwhile. */
  readonly edit: { readonly message: ThreadMessage; readonly corrected: MentioningText } | null;
}

export const EMPTY_DRAFT: ChatDraft = { next: NO_TEXT, replyTo: null, edit: null };

export class ChatDrafts {
  readonly #drafts = new Map<string, Observable<ChatDraft>>();

  constructor(commands: Pick<Commands, 'onRefused'>) {
    commands.onRefused((call) => {
      if (call.name !== 'chat:send' && call.name !== 'chat:edit') return;
      const { document, text, mentions } = call.input;
      this.change(document, (draft) => ({
        ...draft,
        next: joinTexts({ text, mentions }, draft.next),
      }));
    });
  }

  of(document: string): Observable<ChatDraft> {
    const known = this.#drafts.get(document) ?? new Observable(EMPTY_DRAFT);
    this.#drafts.set(document, known);
    return known;
  }

  change(document: string, change: (draft: ChatDraft) => ChatDraft): void {
    const draft = this.of(document);
    draft.set(change(draft.get()));
  }
}

export const ChatDraftsContext = createContext<ChatDrafts | null>(null);

export function useChatDrafts(): ChatDrafts {
  const drafts = use(ChatDraftsContext);
  if (drafts === null) throw new Error('used outside of the application');
  return drafts;
}

export function currentText(draft: ChatDraft): MentioningText {
  return draft.edit?.corrected ?? draft.next;
}

export function withText(draft: ChatDraft, text: MentioningText): ChatDraft {
  return draft.edit === null
    ? { ...draft, next: text }
    : { ...draft, edit: { ...draft.edit, corrected: text } };
}

export function withoutContext(draft: ChatDraft): ChatDraft {
  return draft.edit === null ? { ...draft, replyTo: null } : { ...draft, edit: null };
}
