/** Writes the comments and the chat of an imported document, by the commands with which people write theirs (CO8, W48). */
import { type Client, type DocumentSession, MAX_PENDING_COMMANDS } from '@tandem/client';
import { createAnchor, type PageText } from '@tandem/document/anchors';
import { type Call, type CommentAnchor, toStorable } from '@tandem/protocol';
import type { ExportedComment, ExportedThread } from '../export/exported-comments.ts';
import type { ExportedChatMessage, ExportedMessage } from '../export/exported-messages.ts';
import { pageTextOf } from '../export/page-comments.ts';

/** Commands of all imports that wait for the server at once; it takes ten of comments in a second. */
const MAX_WAITING = 200;
/** The rest of the queue is for what people do themselves. */
const MAX_QUEUED = MAX_PENDING_COMMANDS / 2;

/** No character of a page: clients of Yjs have greater ids, or write none first. */
const NO_CHARACTER = { client: 0, clock: Number.MAX_SAFE_INTEGER };

type Room = 'free' | 'full' | 'cancelled' | 'none';

/** Messages that were not written at all. */
interface LeftMessages {
  readonly cancelled: number;
  readonly unwritten: number;
}

interface GivenMessages {
  readonly comments: readonly ExportedThread[];
  /** Null keeps the place of a message that cannot be read. */
  readonly chat: readonly (ExportedChatMessage | null)[];
}

/** What is written at once: a thread, or a message of the chat. */
interface Part {
  readonly messages: number;
  readonly write: () => void;
}

export class ImportedMessages {
  readonly #client: Pick<Client, 'commands' | 'connection'>;
  readonly #document: string;
  readonly #commands = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #stop: () => void;
  #isRunning = false;

  constructor(client: Pick<Client, 'commands' | 'connection'>, document: string) {
    this.#client = client;
    this.#document = document;
    this.#stop = client.commands.onRefused((command) => {
      // Some are refused before their id is known here.
      if (!this.#isRunning && !this.#commands.has(command.id)) return;
      const message = messageOf(command);
      if (message !== null) this.#refused.add(message);
    });
  }

  /** Messages that the server has not taken, or not as they were: deleted, or with their thread resolved. */
  get refused(): number {
    return this.#refused.size;
  }

  /** Messages that the server does not have in full yet. */
  get underWay(): number {
    if (this.#commands.size === 0) return 0;
    const own = this.#client.commands.pending.filter(({ id }) => this.#commands.has(id));
    return new Set(own.map(messageOf)).size;
  }

  async write(
    session: DocumentSession,
    { comments, chat }: GivenMessages,
    signal: AbortSignal,
  ): Promise<LeftMessages> {
    const parts = [...this.#threadParts(session, comments), ...this.#chatParts(chat)];
    for (const [index, part] of parts.entries()) {
      const room = await this.#room(signal);
      if (room !== 'free') {
        const left = parts.slice(index).reduce((sum, { messages }) => sum + messages, 0);
        return room === 'cancelled'
          ? { cancelled: left, unwritten: 0 }
          : { cancelled: 0, unwritten: left };
      }
      part.write();
    }
    return { cancelled: 0, unwritten: 0 };
  }

  close(): void {
    this.#stop();
  }

  #threadParts({ doc }: DocumentSession, threads: readonly ExportedThread[]): readonly Part[] {
    if (threads.length === 0) return [];
    const page = pageTextOf(doc);
    return threads.map((thread) => ({
      messages: thread.messages.filter(({ kind }) => kind === 'message').length,
      write: () => this.#writeThread(thread, anchorOf(page, thread.place)),
    }));
  }

  #chatParts(chat: GivenMessages['chat']): readonly Part[] {
    const document = this.#document;
    const written: string[] = [];
    return chat.flatMap((message, place) => {
      if (message === null) return [];
      const write = (): void => {
        // A later message is not written yet: what answers it answers nothing.
        const replyTo = message.replyTo === null ? null : (written[message.replyTo] ?? null);
        const input = { document, mentions: [], ...inputOf(message), replyTo };
        written[place] = this.#run({ name: 'chat:send', input });
      };
      return { messages: 1, write };
    });
  }

  #writeThread({ messages, resolved }: ExportedThread, anchor: CommentAnchor): void {
    const document = this.#document;
    const deleted: string[] = [];
    let thread: string | null = null;
    for (const message of messages) {
      const input = { document, mentions: [], ...inputOf(writtenOf(message)) };
      const id: string =
        thread === null
          ? this.#run({ name: 'comment:start', input: { ...input, anchor } })
          : this.#run({ name: 'comment:reply', input: { ...input, thread } });
      thread ??= id;
      if (message.kind === 'deleted') deleted.push(id);
    }
    for (const message of deleted)
      this.#run({ name: 'comment:delete', input: { document, message } });
    if (resolved !== null)
      this.#run({
        name: 'comment:resolve',
        input: { document, thread: thread!, on: true, imported: resolved },
      });
  }

  #run(call: Call): string {
    this.#isRunning = true;
    try {
      const id = this.#client.commands.run(call);
      this.#commands.add(id);
      return id;
    } finally {
      this.#isRunning = false;
    }
  }

  /** Waits for the server while there is a connection. */
  async #room(signal: AbortSignal): Promise<Exclude<Room, 'full'>> {
    const { commands, connection } = this.#client;
    let stop: () => void = () => undefined;
    const room = await new Promise<Exclude<Room, 'full'>>((resolve) => {
      const look = (): void => {
        const now = this.#roomNow(signal);
        if (now !== 'full') resolve(now);
      };
      const stops = [commands.onChange(look), connection.listen({ state: look })];
      signal.addEventListener('abort', look);
      stop = () => {
        signal.removeEventListener('abort', look);
        for (const each of stops) each();
      };
      look();
    });
    stop();
    return room;
  }

  #roomNow(signal: AbortSignal): Room {
    if (signal.aborted) return 'cancelled';
    const { commands, connection } = this.#client;
    const { pending } = commands;
    if (pending.length >= MAX_QUEUED) return 'none';
    const waiting = pending.filter((each) => this.#commands.has(each.id) || isImported(each));
    if (waiting.length < MAX_WAITING) return 'free';
    return connection.state.kind === 'connected' ? 'full' : 'none';
  }
}

/** A deleted message is written, too, so that its mark has a place. */
const DELETED: ExportedMessage = {
  ...{ text: '…', author: { name: '…', color: 0 } },
  ...{ at: 0, editedAt: null, reactions: [] },
};

function writtenOf(message: ExportedComment): ExportedMessage {
  return message.kind === 'deleted' ? DELETED : message;
}

function inputOf({ text, author, at, editedAt, reactions }: ExportedMessage) {
  const known = reactions.filter((reaction) => reaction !== null);
  return { text, imported: { author, at, editedAt, reactions: known } };
}

/** Without a character where other words are at its place: clients look for the words then, and say when they are gone. */
function anchorOf(page: PageText, { range, ...words }: ExportedThread['place']): CommentAnchor {
  const { block, quote, prefix, suffix, length, unique } = words;
  const text = range === null ? '' : page.text.slice(range.from, range.to);
  const isSame = range !== null && text.length === length && text.startsWith(quote);
  const found = isSame ? createAnchor(page, range) : null;
  if (found !== null) return found;
  const storable = {
    quote: toStorable(quote),
    prefix: toStorable(prefix),
    suffix: toStorable(suffix),
  };
  return { start: NO_CHARACTER, end: NO_CHARACTER, block, ...storable, length, unique };
}

type WithId<C extends Call> = C & { readonly id: string };

/** The message that a command writes or changes; the first one of a thread that it resolves. */
function messageOf(command: WithId<Call>): string | null {
  switch (command.name) {
    case 'chat:send':
    case 'comment:start':
    case 'comment:reply':
      return command.id;
    case 'comment:delete':
      return command.input.message;
    case 'comment:resolve':
      return command.input.thread;
    default:
      return null;
  }
}

/** Of any import, but for the deletions of others: a person deletes with the same command. */
function isImported({ input }: Call): boolean {
  return 'imported' in input && input.imported !== undefined;
}
