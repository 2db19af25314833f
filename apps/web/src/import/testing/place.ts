/** Documents with comments and a chat, to export and to import. */
import type { DocumentSession } from '@tandem/client';
import { appendBlocks, type Block, writePage } from '@tandem/document';
import { createAnchor } from '@tandem/document/anchors';
import {
  type Call,
  type ChatState,
  type Command,
  command as commandSchema,
  type CommentsState,
  errorOf,
  predict,
  reduceChannel,
  type User,
} from '@tandem/protocol';
import { ulid } from 'ulid';
import * as Y from 'yjs';
import { type ExportedThread, exportedThread } from '../../export/exported-comments.ts';
import { type ExportedChatMessage, exportedChatMessage } from '../../export/exported-messages.ts';
import { exportComments, pageTextOf } from '../../export/page-comments.ts';
import { exportChat } from '../../export/page-messages.ts';
import type { CreationOptions } from '../create-document.ts';
import { ImportedMessages } from '../imported-messages.ts';

export const person = (id: string): User => ({ id, name: `Name of ${id}`, color: 3 });
export const random = (length: number): Uint8Array =>
  crypto.getRandomValues(new Uint8Array(length));
export const text = (id: string, words: string): Block => ({
  type: 'textBlock',
  attrs: { id },
  content: [{ type: 'text', text: words }],
});

/** A document and its owner, whose commands take effect at once, or wait for `answer`. */
export class Place {
  readonly doc = new Y.Doc();
  state: CommentsState = { type: 'comments', threads: [], head: 0 };
  chat: ChatState = { type: 'chat', messages: [], head: 0 };
  readonly calls: Call[] = [];
  readonly pending: Command[] = [];
  /** Of the connection, while commands wait; null where they do not. */
  waits: 'connected' | 'waiting' | null = null;
  #user = person('ben');
  #refuses: (call: Call) => boolean = () => false;
  readonly #refusals = new Set<(call: object, error: object) => void>();
  readonly #listeners = new Set<() => void>();

  constructor(user: User, refuses: (call: Call) => boolean = () => false) {
    this.#user = user;
    this.#refuses = refuses;
  }

  run(call: Call, user = this.#user): string {
    const command = commandSchema.parse({ ...call, id: ulid() });
    this.calls.push(call);
    if (this.waits === null) this.#execute(command, user);
    else this.pending.push(command);
    return command.id;
  }

  answer(count: number): void {
    for (const command of this.pending.splice(0, count)) this.#execute(command, this.#user);
    this.changed();
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #execute(command: Command, user: User): void {
    if (this.#refuses(command)) {
      for (const refused of this.#refusals) refused(command, errorOf('forbidden'));
      return;
    }
    const isChat = command.name.startsWith('chat:');
    const event = predict(command, {
      ...{ user, at: 1_000 },
      stateOf: () => (isChat ? this.chat : this.state),
    })!;
    if (isChat) {
      if (event.name === 'chat:sent') event.message.number = this.chat.head + 1;
      this.chat = reduceChannel(this.chat, event, { chatMessages: Infinity }) as ChatState;
      return;
    }
    const message =
      event.name === 'comment:started'
        ? event.thread.messages[0]
        : event.name === 'comment:replied'
          ? event.message
          : null;
    if (message) message.number = this.state.head + 1;
    this.state = reduceChannel(this.state, event) as CommentsState;
  }

  get client(): CreationOptions['client'] {
    const onChange = (listener: () => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    };
    return {
      connection: {
        state: { kind: this.waits ?? 'connected' },
        listen: ({ state }: { readonly state: () => void }) => onChange(state),
      },
      commands: {
        run: (call: Call) => this.run(call),
        pending: this.pending,
        onChange,
        onRefused: (listener: (call: object, error: object) => void) => {
          this.#refusals.add(listener);
          return () => this.#refusals.delete(listener);
        },
      },
    } as unknown as CreationOptions['client'];
  }

  export(): readonly ExportedThread[] {
    const written = JSON.stringify(exportComments(this.doc, this.state.threads));
    return (JSON.parse(written) as unknown[]).map((thread) => exportedThread.parse(thread));
  }

  /** With places of those that an import does not read. */
  exportChat(): readonly (ExportedChatMessage | null)[] {
    const { messages } = exportChat({ messages: this.chat.messages, hasOlder: false });
    const written = JSON.stringify(messages);
    return (JSON.parse(written) as unknown[]).map(
      (message) => exportedChatMessage.safeParse(message).data ?? null,
    );
  }

  async import(
    blocks: readonly Block[],
    comments: readonly ExportedThread[],
    chat: readonly (ExportedChatMessage | null)[] = [],
  ) {
    appendBlocks(this.doc, blocks, random);
    const messages = new ImportedMessages(this.client, 'd1');
    const session = { doc: this.doc } as DocumentSession;
    const { signal } = new AbortController();
    const left = await messages.write(session, { comments, chat }, signal);
    messages.close();
    return { ...left, refused: messages.refused };
  }

  /** Without waiting for its end. */
  startImport(
    comments: readonly ExportedThread[],
    document = 'd1',
    chat: readonly (ExportedChatMessage | null)[] = [],
  ) {
    const cancellation = new AbortController();
    const messages = new ImportedMessages(this.client, document);
    const session = { doc: this.doc } as DocumentSession;
    return {
      ...{ messages, cancel: () => cancellation.abort() },
      left: messages.write(session, { comments, chat }, cancellation.signal),
    };
  }

  /** What each thread is about, in the text. */
  words(): string[] {
    const page = pageTextOf(this.doc);
    return exportComments(this.doc, this.state.threads).map(({ place }) =>
      place.range === null ? `(${place.quote})` : page.text.slice(place.range.from, place.range.to),
    );
  }
}

export function commented(): Place {
  const place = new Place(person('ada'));
  writePage(place.doc, [text('a', 'low tide, low tide'), text('b', 'high water 🌊')], random);
  const comment = (from: number, to: number, user: User, words: string): string =>
    place.run(
      {
        name: 'comment:start',
        input: {
          document: 'd1',
          anchor: createAnchor(pageTextOf(place.doc), { from, to })!,
          text: words,
          mentions: [],
        },
      },
      user,
    );
  const reply = (thread: string, user: User, words: string): string =>
    place.run(
      { name: 'comment:reply', input: { document: 'd1', thread, text: words, mentions: [] } },
      user,
    );
  // The second of the same words.
  const second = comment(10, 18, person('ben'), 'Which one, @Cleo?\n  ``code``');
  const answer = reply(second, person('cleo'), 'This one.');
  place.run(
    {
      name: 'comment:edit',
      input: { document: 'd1', message: answer, text: 'That.', mentions: [] },
    },
    person('cleo'),
  );
  for (const user of ['ada', 'dan'])
    place.run(
      { name: 'comment:react', input: { document: 'd1', message: answer, emoji: '🌊', on: true } },
      person(user),
    );
  // Over two blocks; its first message is deleted.
  const over = comment(14, 24, person('dan'), 'Delete me');
  reply(over, person('ada'), 'Too late');
  place.run({ name: 'comment:delete', input: { document: 'd1', message: over } }, person('dan'));
  place.run({ name: 'comment:resolve', input: { document: 'd1', thread: over, on: true } });
  // Its words are deleted.
  comment(19, 23, person('cleo'), 'Gone soon');
  place.doc.getText('text');
  return place;
}

export function chatted(): Place {
  const place = new Place(person('ada'));
  const send = (user: string, words: string, replyTo: string | null = null): string =>
    place.run(
      { name: 'chat:send', input: { document: 'd1', text: words, mentions: [], replyTo } },
      person(user),
    );
  const question = place.run(
    {
      name: 'chat:send',
      input: {
        ...{ document: 'd1', text: 'Low water at three, @Cleo?', replyTo: null },
        mentions: [{ user: 'cleo', offset: 20, length: 5 }],
      },
    },
    person('ben'),
  );
  const deleted = send('dan', 'Delete me');
  const answer = send('cleo', 'Summer time.', question);
  place.run(
    {
      name: 'chat:edit',
      input: { document: 'd1', message: answer, text: 'Winter time.', mentions: [] },
    },
    person('cleo'),
  );
  for (const user of ['ada', 'dan'])
    place.run(
      { name: 'chat:react', input: { document: 'd1', message: answer, emoji: '🌊', on: true } },
      person(user),
    );
  send('ada', 'Thanks', deleted);
  send('ben', 'See you', answer);
  place.run({ name: 'chat:delete', input: { document: 'd1', message: deleted } }, person('dan'));
  return place;
}
