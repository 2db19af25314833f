/** What is about to be said in the chats: it outlives the panel, and what the server would not take comes back to it. */
import type { Commands } from '@tandem/client';
import type { ChatMessage } from '@tandem/protocol';
import { Observable } from '../observable.ts';

export interface ChatDraft {
  /** The next message. */
  readonly text: string;
  readonly replyTo: ChatMessage | null;
  /** What is mended meanwhile; the next message waits. */
  readonly edit: { readonly message: ChatMessage; readonly text: string } | null;
}

export const EMPTY_DRAFT: ChatDraft = { text: '', replyTo: null, edit: null };

export class ChatDrafts {
  readonly #drafts = new Map<string, Observable<ChatDraft>>();

  constructor(commands: Pick<Commands, 'onRefused'>) {
    commands.onRefused((call) => {
      if (call.name !== 'chat:send') return;
      const { document, text } = call.input;
      this.change(document, (draft) => ({ ...draft, text: joined(text, draft.text) }));
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

export function written(draft: ChatDraft, text: string): ChatDraft {
  return draft.edit === null ? { ...draft, text } : { ...draft, edit: { ...draft.edit, text } };
}

/** Goes back by one step: from an edit to the next message, from an answer to what answers nobody. */
export function cancelled(draft: ChatDraft): ChatDraft {
  return draft.edit === null ? { ...draft, replyTo: null } : { ...draft, edit: null };
}

function joined(returned: string, current: string): string {
  return current === '' ? returned : `${returned}\n${current}`;
}
