/**
 * Unsent messages of chats and comments. A draft outlives the panel, and the text of a refused message or edit returns
 * to it.
 */
import type { Commands } from '@tandem/client';
import type { Call, ThreadMessage } from '@tandem/protocol';
import { createContext, use } from 'react';
import { Observable } from '../runtime/observable.ts';
import { joinTexts, NO_TEXT, type MentioningText } from './mentioning-text.ts';

export interface MessageDraft {
  readonly next: MentioningText;
  readonly replyTo: ThreadMessage | null;
  /** An edit of an earlier message; `next` waits meanwhile. */
  readonly edit: { readonly message: ThreadMessage; readonly corrected: MentioningText } | null;
}

export const EMPTY_DRAFT: MessageDraft = { next: NO_TEXT, replyTo: null, edit: null };

export class MessageDrafts {
  readonly #drafts = new Map<string, Observable<MessageDraft>>();

  constructor(commands: Pick<Commands, 'onRefused'>) {
    commands.onRefused((call) => {
      const place = placeOf(call);
      // The words of an import are in its file.
      if (place === null || 'imported' in call.input) return;
      const { text, mentions } = call.input as MentioningText;
      this.change(place, (draft) => ({
        ...draft,
        next: joinTexts({ text, mentions }, draft.next),
      }));
    });
  }

  /** @param place a document, for its chat, or what `draftOfThread` returns */
  of(place: string): Observable<MessageDraft> {
    const known = this.#drafts.get(place) ?? new Observable(EMPTY_DRAFT);
    this.#drafts.set(place, known);
    return known;
  }

  change(place: string, change: (draft: MessageDraft) => MessageDraft): void {
    const draft = this.of(place);
    draft.set(change(draft.get()));
  }
}

/** @param thread null: a comment that is not sent yet */
export function draftOfThread(document: string, thread: string | null): string {
  return `${document} ${thread ?? 'new'}`;
}

function placeOf({ name, input }: Call): string | null {
  switch (name) {
    case 'chat:send':
    case 'chat:edit':
      return input.document;
    case 'comment:start':
      return draftOfThread(input.document, null);
    case 'comment:reply':
      return draftOfThread(input.document, input.thread);
    default:
      return null;
  }
}

export const MessageDraftsContext = createContext<MessageDrafts | null>(null);

export function useMessageDrafts(): MessageDrafts {
  const drafts = use(MessageDraftsContext);
  if (drafts === null) throw new Error('used outside of the application');
  return drafts;
}

export function currentText(draft: MessageDraft): MentioningText {
  return draft.edit?.corrected ?? draft.next;
}

export function withText(draft: MessageDraft, text: MentioningText): MessageDraft {
  return draft.edit === null
    ? { ...draft, next: text }
    : { ...draft, edit: { ...draft.edit, corrected: text } };
}

export function withoutContext(draft: MessageDraft): MessageDraft {
  return draft.edit === null ? { ...draft, replyTo: null } : { ...draft, edit: null };
}
