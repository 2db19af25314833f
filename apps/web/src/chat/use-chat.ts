import { isWork, type ChannelSession, type DocumentSession } from '@tandem/client';
import {
  hasVisibleText,
  type Call,
  type Mention,
  type ThreadMessage,
  type ChatState,
} from '@tandem/protocol';
import { useCallback, useEffect, useMemo } from 'react';
import { useObservable } from '../runtime/observable.ts';
import { TypingSignal } from '../runtime/typing-signal.ts';
import { useRefusal } from '../session/refusals.ts';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { cutOffBy, useConnection } from '../session/use-connection.ts';
import {
  withoutContext,
  EMPTY_DRAFT,
  currentText,
  useMessageDrafts,
  withText,
  type MessageDraft,
} from './message-drafts.ts';
import { useChatPeople, type ChatPerson } from './chat-people.ts';
import { type MentioningText } from './mentioning-text.ts';
import { toSend, withCurrentNames } from './mentions.ts';
import type { MessageIntents } from './message-actions.tsx';

const NO_MESSAGES: ChatState = { type: 'chat', messages: [], head: 0 };

export interface Chat {
  readonly session: ChannelSession<`chat:${string}`> | null;
  readonly state: ChatState | null;
  /** Nothing is known of earlier messages, and the server cannot be asked: `state` has only this person's unsent ones. */
  readonly isUnknown: boolean;
  readonly people: readonly ChatPerson[];
  readonly refusal: string | null;
  readonly draft: MessageDraft;
  readonly write: (text: MentioningText) => void;
  readonly touch: () => void;
  readonly intents: MessageIntents;
  readonly send: () => void;
  readonly cancel: () => void;
  readonly editLast: () => void;
}

export function useChat(room: DocumentSession, me: string | null): Chat {
  const { id: document } = room;
  const { client, refusals } = useServices();
  const drafts = useMessageDrafts();
  const session = useChannel(`chat:${document}`);
  const known = useChannelValue(session, ({ state }) => state);
  const own = useChannelValue(session, (channel) =>
    channel.state === null ? channel.ownState(NO_MESSAGES) : null,
  );
  const connection = useConnection();
  const isUnknown = known === null && cutOffBy(connection) !== null;
  const state = isUnknown ? own : known;
  const people = useChatPeople(room, state?.messages ?? null);
  const isAboutThis = useCallback(
    (call: Call) =>
      isWork(call) &&
      call.name.startsWith('chat:') &&
      'document' in call.input &&
      call.input.document === document,
    [document],
  );
  const [refusal, clearRefusal] = useRefusal(refusals, isAboutThis);
  const draft = useObservable(drafts.of(document));

  const typing = useMemo(() => new TypingSignal((active) => session?.setTyping(active)), [session]);
  useEffect(() => () => typing.stop(), [typing]);

  const change = useCallback(
    (next: (draft: MessageDraft) => MessageDraft) => drafts.change(document, next),
    [drafts, document],
  );
  const edit = useCallback(
    (message: ThreadMessage) =>
      change((current) => ({
        ...current,
        edit: { message, corrected: withCurrentNames(message, people) },
      })),
    [change, people],
  );
  const intents = useMemo(
    (): MessageIntents => ({
      reply: (message) => change((current) => ({ ...current, replyTo: message, edit: null })),
      edit,
      remove: ({ id }) =>
        client.commands.run({ name: 'chat:delete', input: { document, message: id } }),
      react: ({ id }, emoji, on) =>
        client.commands.run({ name: 'chat:react', input: { document, message: id, emoji, on } }),
    }),
    [client, document, change, edit],
  );

  const send = () => {
    typing.stop();
    const { text, mentions } = toSend(currentText(draft), people);
    if (!hasVisibleText(text)) return;
    clearRefusal();
    if (draft.edit === null) {
      const replyTo = draft.replyTo?.id ?? null;
      client.commands.run({
        name: 'chat:send',
        input: { document, text, mentions: [...mentions], replyTo },
      });
      change(() => EMPTY_DRAFT);
    } else {
      const { message } = draft.edit;
      const before = withCurrentNames(message, people);
      if (text !== before.text || !isSame(mentions, before.mentions))
        client.commands.run({
          name: 'chat:edit',
          input: { document, message: message.id, text, mentions: [...mentions] },
        });
      change(withoutContext);
    }
  };
  const editLast = () => {
    const last = state?.messages.findLast(
      ({ author, deletedAt, number, imported }) =>
        author.id === me && deletedAt === null && number !== null && imported === null,
    );
    if (last !== undefined) edit(last);
  };
  const touch = () => {
    clearRefusal();
    typing.touch();
  };
  return {
    session,
    state,
    isUnknown,
    people,
    refusal,
    draft,
    write: (text) => change((current) => withText(current, text)),
    touch,
    intents,
    send,
    cancel: () => change(withoutContext),
    editLast,
  };
}

function isSame(one: readonly Mention[], other: readonly Mention[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ user, offset }, at) => user === other[at]?.user && offset === other[at].offset)
  );
}
