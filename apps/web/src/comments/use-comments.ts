import { isWork, type DocumentSession } from '@tandem/client';
import {
  hasVisibleText,
  type Call,
  type CommentAnchor,
  type CommentThread,
} from '@tandem/protocol';
import { useCallback, useMemo } from 'react';
import type { MessageIntents } from '../chat/message-actions.tsx';
import { useChatPeople, type ChatPerson } from '../chat/chat-people.ts';
import {
  currentText,
  draftOfThread,
  EMPTY_DRAFT,
  useMessageDrafts,
  withoutContext,
} from '../chat/message-drafts.ts';
import { toSend, withCurrentNames } from '../chat/mentions.ts';
import { useObservable } from '../runtime/observable.ts';
import { useRefusal } from '../session/refusals.ts';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';

export interface Comments {
  readonly document: string;
  /** Null while the comments are loading. */
  readonly threads: readonly CommentThread[] | null;
  readonly head: number;
  readonly people: readonly ChatPerson[];
  readonly me: string | null;
  readonly isLive: boolean;
  readonly refusal: string | null;
  readonly clearRefusal: () => void;
  /** @returns whether something was sent */
  readonly start: (anchor: CommentAnchor) => boolean;
  readonly send: (thread: string) => void;
  readonly resolve: (thread: string, on: boolean) => void;
  readonly reanchor: (thread: string, anchor: CommentAnchor) => void;
  readonly see: (number: number) => void;
  readonly intentsOf: (thread: string) => MessageIntents;
}

export function useComments(session: DocumentSession): Comments {
  const { id: document } = session;
  const { client, refusals, account } = useServices();
  const me = useObservable(account.state).user?.id ?? null;
  const drafts = useMessageDrafts();
  const channel = useChannel(`comments:${document}`);
  const state = useChannelValue(channel, ({ state }) => state);
  const isLive = useChannelValue(channel, ({ status }) => status !== 'stale') ?? true;
  const messages = useMemo(
    () => state?.threads.flatMap(({ messages }) => messages) ?? null,
    [state],
  );
  const people = useChatPeople(session, messages);
  const isAboutThis = useCallback(
    (call: Call) =>
      isWork(call) &&
      call.name.startsWith('comment:') &&
      // The text of a refused edit is shown with the refusal.
      call.name !== 'comment:edit' &&
      'document' in call.input &&
      call.input.document === document,
    [document],
  );
  const [refusal, clearRefusal] = useRefusal(refusals, isAboutThis);
  const { run } = useMemo(() => ({ run: client.commands.run.bind(client.commands) }), [client]);

  const intentsOf = useCallback(
    (thread: string): MessageIntents => ({
      reply: () => undefined,
      edit: (message) =>
        drafts.change(draftOfThread(document, thread), (draft) => ({
          ...draft,
          edit: { message, corrected: withCurrentNames(message, people) },
        })),
      remove: ({ id: message }) => run({ name: 'comment:delete', input: { document, message } }),
      react: ({ id: message }, emoji, on) =>
        run({ name: 'comment:react', input: { document, message, emoji, on } }),
    }),
    [drafts, document, people, run],
  );

  const take = (thread: string | null) => {
    const place = draftOfThread(document, thread);
    const draft = drafts.of(place).get();
    const { text, mentions } = toSend(currentText(draft), people);
    if (!hasVisibleText(text)) return null;
    clearRefusal();
    drafts.change(place, draft.edit === null ? () => EMPTY_DRAFT : withoutContext);
    return { draft, written: { text, mentions: [...mentions] } };
  };
  return {
    document,
    threads: state?.threads ?? null,
    head: state?.head ?? 0,
    people,
    me,
    isLive,
    refusal,
    clearRefusal,
    start(anchor) {
      const taken = take(null);
      if (taken !== null)
        run({ name: 'comment:start', input: { document, anchor, ...taken.written } });
      return taken !== null;
    },
    send(thread) {
      const taken = take(thread);
      if (taken === null) return;
      const { draft, written } = taken;
      if (draft.edit === null)
        run({ name: 'comment:reply', input: { document, thread, ...written } });
      else if (written.text !== withCurrentNames(draft.edit.message, people).text)
        run({
          name: 'comment:edit',
          input: { document, message: draft.edit.message.id, ...written },
        });
    },
    resolve: (thread, on) => run({ name: 'comment:resolve', input: { document, thread, on } }),
    reanchor: (thread, anchor) =>
      run({ name: 'comment:reanchor', input: { document, thread, anchor } }),
    see: (number) => run({ name: 'comments:see', input: { document, number } }),
    intentsOf,
  };
}
