/** Writes the comments of an imported document, by the commands with which people write theirs (CO8). */
import type { Client, DocumentSession } from '@tandem/client';
import { createAnchor, type PageText } from '@tandem/document/anchors';
import { type Call, type CommentAnchor, toStorable } from '@tandem/protocol';
import type { ExportedMessage, ExportedThread } from '../export/exported-comments.ts';
import { pageTextOf } from '../export/page-comments.ts';

/** Commands that wait for the server at once; it takes ten in a second. */
const MAX_WAITING = 200;

/** No character of a page: clients of Yjs have greater ids, or write none first. */
const NO_CHARACTER = { client: 0, clock: Number.MAX_SAFE_INTEGER };

export class ImportedComments {
  readonly #client: Pick<Client, 'commands' | 'connection'>;
  readonly #document: string;
  readonly #commands = new Set<string>();
  readonly #stop: () => void;
  #refused = 0;

  constructor(client: Pick<Client, 'commands' | 'connection'>, document: string) {
    this.#client = client;
    this.#document = document;
    // Some are refused before they have an id.
    this.#stop = client.commands.onRefused((call) => {
      if (isMessage(call) && call.input.document === document) this.#refused++;
    });
  }

  /** Messages that the server has not taken. */
  get refused(): number {
    return this.#refused;
  }

  /** Messages that the server does not have yet. */
  get underWay(): number {
    return this.#pending().filter(isMessage).length;
  }

  /** @returns the number of threads whose place is not in the text */
  async write(
    session: DocumentSession,
    threads: readonly ExportedThread[],
    signal: AbortSignal,
  ): Promise<number> {
    if (threads.length === 0) return 0;
    const page = pageTextOf(session.doc);
    let misplaced = 0;
    for (const thread of threads) {
      const anchor = anchorOf(page, thread.place);
      if (anchor === null) {
        misplaced++;
        continue;
      }
      await this.#hasRoom(signal);
      this.#writeThread(thread, anchor);
    }
    return misplaced;
  }

  close(): void {
    this.#stop();
  }

  #writeThread({ messages, resolved }: ExportedThread, anchor: CommentAnchor): void {
    const document = this.#document;
    const deleted: string[] = [];
    let thread: string | null = null;
    for (const message of messages) {
      const input = { document, mentions: [], ...inputOf(message) };
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
    const id = this.#client.commands.run(call);
    this.#commands.add(id);
    return id;
  }

  #pending() {
    if (this.#commands.size === 0) return [];
    return this.#client.commands.pending.filter(({ id }) => this.#commands.has(id));
  }

  /** Ends as well when nothing can be sent: a device keeps what waits. */
  async #hasRoom(signal: AbortSignal): Promise<void> {
    const { commands, connection } = this.#client;
    let stop: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const isFull = this.#pending().length >= MAX_WAITING;
        if (!isFull || signal.aborted || connection.state.kind !== 'connected') resolve();
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
  }
}

/** A deleted message is written, too, so that its mark has a place. */
const DELETED = { name: '…', color: 0 };

function inputOf(message: ExportedMessage) {
  if (message.kind === 'deleted') {
    const imported = { author: DELETED, at: 0, editedAt: null, reactions: [] };
    return { text: '…', imported };
  }
  const { text, author, at, editedAt, reactions } = message;
  return { text, imported: { author, at, editedAt, reactions } };
}

/** Null where the text has no such place. */
function anchorOf(page: PageText, place: ExportedThread['place']): CommentAnchor | null {
  if (place.kind === 'text') return createAnchor(page, place);
  const { block, quote, prefix, suffix, length, unique } = place;
  const words = {
    quote: toStorable(quote),
    prefix: toStorable(prefix),
    suffix: toStorable(suffix),
  };
  return { start: NO_CHARACTER, end: NO_CHARACTER, block, ...words, length, unique };
}

type NewMessage = Extract<Call, { readonly name: 'comment:start' | 'comment:reply' }>;

function isMessage<C extends { readonly name: string }>(call: C): call is C & NewMessage {
  return call.name === 'comment:start' || call.name === 'comment:reply';
}
