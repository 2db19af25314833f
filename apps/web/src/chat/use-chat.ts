import type { ChannelSession, DocumentSession } from '@tandem/client';
import type { Call, ChatMessage, ChatState, User } from '@tandem/protocol';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { useRefusal } from '../session/use-refusal.ts';
import { useServices } from '../session/services.ts';
import type { MessageIntents } from './message-actions.tsx';
import type { Draft } from './composer.tsx';
import { TypingSignal } from '../editor/typing.ts';
import { mentionedIn } from './message-text.ts';
import { useChatPeople } from './use-chat-people.ts';

export interface Chat {
  readonly session: ChannelSession | null;
  /** Null while nothing is known yet. */
  readonly state: ChatState | null;
  readonly people: readonly User[];
  /** Why the server would not take what was last said or done here. */
  readonly refusal: string | null;
  readonly draft: Draft;
  readonly text: string;
  readonly setText: (text: string) => void;
  /** A key was pressed in what is not yet sent. */
  readonly touch: () => void;
  readonly intents: MessageIntents;
  readonly send: () => void;
  readonly cancel: () => void;
  readonly editLast: () => void;
}

const NEW: Draft = { kind: 'new', replyTo: null };

/** The chat of a document, and what is about to be said in it. */
export function useChat(room: DocumentSession, me: string | null): Chat {
  const { id: document } = room;
  const { client } = useServices();
  const session = useChannel(`chat:${document}`);
  const state = useChannelValue(session, ({ state }) => (state?.type === 'chat' ? state : null));
  const people = useChatPeople(room, state);
  const isAboutThis = useCallback(
    ({ name, input }: Call) =>
      name !== 'chat:see' &&
      name.startsWith('chat:') &&
      'document' in input &&
      input.document === document,
    [document],
  );
  const [refusal, goOn] = useRefusal(isAboutThis);
  const [draft, setDraft] = useState<Draft>(NEW);
  const [text, setText] = useState('');

  const typing = useMemo(() => new TypingSignal((active) => session?.setTyping(active)), [session]);
  useEffect(() => () => typing.stop(), [typing]);

  const cancel = useCallback(() => {
    setDraft(NEW);
    setText('');
  }, []);
  const edit = useCallback((message: ChatMessage) => {
    setDraft({ kind: 'edit', message });
    setText(message.text);
  }, []);
  const intents = useMemo(
    (): MessageIntents => ({
      reply: (message) => setDraft({ kind: 'new', replyTo: message }),
      edit,
      remove: ({ id }) =>
        client.commands.run({ name: 'chat:delete', input: { document, message: id } }),
      react: ({ id }, emoji, on) =>
        client.commands.run({ name: 'chat:react', input: { document, message: id, emoji, on } }),
    }),
    [client, document, edit],
  );
  // What the server would not take goes back to where it was written, unless something else is there by now.
  useEffect(
    () =>
      client.commands.onRefused((call) => {
        if (call.name !== 'chat:send' || call.input.document !== document) return;
        setText((current) => (current === '' ? call.input.text : current));
      }),
    [client, document],
  );

  const send = () => {
    typing.stop();
    const said = text.trim();
    if (said === '') return;
    goOn();
    const mentions = [...mentionedIn(said, people)];
    if (draft.kind === 'edit') {
      const { id } = draft.message;
      if (said !== draft.message.text)
        client.commands.run({
          name: 'chat:edit',
          input: { document, message: id, text: said, mentions },
        });
    } else {
      const replyTo = draft.replyTo?.id ?? null;
      client.commands.run({
        name: 'chat:send',
        input: { document, text: said, mentions, replyTo },
      });
    }
    cancel();
  };
  const editLast = () => {
    const last = state?.messages.findLast(
      ({ author, deletedAt, number }) => author.id === me && deletedAt === null && number !== null,
    );
    if (last !== undefined) edit(last);
  };
  const touch = () => {
    goOn();
    typing.touch();
  };
  return {
    session,
    state,
    people,
    refusal,
    draft,
    text,
    setText,
    touch,
    intents,
    send,
    cancel,
    editLast,
  };
}
