/**
 * The gateway's end: one per document with subscriptions. It turns client messages into engine
 * requests, and engine events into messages, each encoded once for all receivers.
 */
import {
  errorOf,
  type Access,
  type ErrorBody,
  type MessageOf,
  type ServerMessage,
} from '@tandem/protocol';
import type {
  CommittedEvent,
  EngineEvent,
  EngineRequest,
  OpenAnswer,
  OpenRequest,
  Part,
  RowsAnswer,
} from './engine-event.ts';

export type RoomIntent =
  | { readonly kind: 'send'; readonly to: readonly number[]; readonly message: ServerMessage }
  | { readonly kind: 'engine'; readonly request: EngineRequest };

/** What the document's row says of it to one client. */
export interface ShownFacts {
  readonly title: string;
  readonly access: Access;
  /** Null for a document that is not in the trash. */
  readonly trashedAt: number | null;
}

export interface JoinRequest extends OpenRequest, ShownFacts {
  readonly ref: number;
  readonly schema?: number | undefined;
}

export type RoomMessage = MessageOf<'update' | 'rows:request' | 'leave'>;

interface Subscription {
  readonly id: number;
  readonly user: string;
  readonly ref: number;
  readonly schema: number;
  /** A client with an outdated schema may only view (W14). */
  facts: ShownFacts;
  state: 'opening' | 'open';
  received: number;
  acknowledged: number;
  repairOf: number | null;
  /** Sent after the acknowledgement of all earlier updates; later updates are ignored. */
  refusal: { readonly cseq: number; readonly error: ErrorBody } | null;
}

/** The client made no mistake and reopens at once. */
const REOPEN = errorOf('internal', { retryAfterMs: 0 });

export class Room {
  readonly document: string;
  readonly channel: number;
  readonly #subscriptions = new Map<number, Subscription>();
  #schema = 0;

  constructor(options: { readonly document: string; readonly channel: number }) {
    this.document = options.document;
    this.channel = options.channel;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  has(subscription: number): boolean {
    return this.#subscriptions.has(subscription);
  }

  join(request: JoinRequest): readonly RoomIntent[] {
    const { ref, title, access, trashedAt, schema = Number.POSITIVE_INFINITY, ...open } = request;
    this.#subscriptions.set(request.subscription, {
      id: request.subscription,
      user: request.user,
      ref,
      schema,
      facts: { title, access, trashedAt },
      state: 'opening',
      received: 0,
      acknowledged: 0,
      repairOf: null,
      refusal: null,
    });
    return [
      this.#request({ kind: 'open', document: this.document, ...open, ...contentFor(access) }),
    ];
  }

  message(subscription: number, message: RoomMessage): readonly RoomIntent[] {
    const sender = this.#subscriptions.get(subscription);
    if (sender === undefined) return [];
    if (message.type === 'leave') return this.leave(subscription);
    if (sender.state === 'opening') return this.#end(sender, errorOf('bad-message'));
    if (message.type === 'update') return this.#handleUpdate(sender, message);
    return [
      this.#request({
        kind: 'rows:request',
        document: this.document,
        subscription,
        from: message.from,
        ...contentFor(sender.facts.access),
      }),
    ];
  }

  access(subscription: number): Access {
    const found = this.#subscriptions.get(subscription);
    return found === undefined ? 'view' : this.#access(found);
  }

  changed(subscription: number, change: Partial<ShownFacts>): readonly RoomIntent[] {
    const recipient = this.#subscriptions.get(subscription);
    if (recipient === undefined) return [];
    const before = this.#factsFor(recipient);
    recipient.facts = { ...recipient.facts, ...change };
    const after = this.#factsFor(recipient);
    const isSame =
      before.title === after.title &&
      before.access === after.access &&
      before.trashedAt === after.trashedAt;
    return recipient.state === 'opening' || isSame ? [] : [this.#changed(recipient)];
  }

  expel(subscription: number, error: ErrorBody): readonly RoomIntent[] {
    const expelled = this.#subscriptions.get(subscription);
    return expelled === undefined ? [] : this.#end(expelled, error);
  }

  leave(subscription: number): readonly RoomIntent[] {
    if (!this.#subscriptions.delete(subscription)) return [];
    return [this.#request({ kind: 'close', document: this.document, subscription })];
  }

  event(event: EngineEvent): readonly RoomIntent[] {
    if (event.kind === 'committed') return this.#handleCommit(event);
    if (event.kind === 'lost')
      return [...this.#subscriptions.values()].flatMap((lost) => this.#end(lost, REOPEN));
    const receiver = this.#subscriptions.get(event.subscription);
    if (receiver === undefined) return [];
    switch (event.kind) {
      case 'answered':
        return this.#handleAnswer(receiver, event.answer);
      case 'rows:request':
        return this.#sendRows(receiver, event.answer);
      case 'refused':
        return this.#refuse(receiver, event);
      case 'missing': {
        // The refusal stands; a repair is not requested.
        if (receiver.refusal !== null)
          return this.#refuse(receiver, { ...receiver.refusal, cseq: event.cseq });
        const { cseq, stateVector } = event;
        receiver.repairOf = cseq;
        return [
          send([receiver], { type: 'state:request', channel: this.channel, cseq, stateVector }),
        ];
      }
    }
  }

  #handleUpdate(
    sender: Subscription,
    { cseq, update }: MessageOf<'update'>,
  ): readonly RoomIntent[] {
    if (sender.refusal !== null) return [];
    const isRepair = sender.repairOf !== null && cseq === sender.received;
    if (!isRepair && cseq !== sender.received + 1) return this.#end(sender, errorOf('bad-message'));
    sender.received = cseq;
    if (this.#access(sender) !== 'edit') {
      sender.refusal = { cseq: sender.repairOf ?? cseq, error: errorOf('read-only') };
      return this.#refuseInTurn(sender);
    }
    if (isRepair) sender.repairOf = null;
    const { id: subscription, user } = sender;
    return [
      this.#request({ kind: 'append', document: this.document, subscription, cseq, user, update }),
    ];
  }

  #handleAnswer(receiver: Subscription, answer: OpenAnswer): readonly RoomIntent[] {
    if (answer.kind === 'refused') return this.#end(receiver, answer.error);
    const raised = this.#raiseSchema(answer.schema);
    receiver.state = 'open';
    const { ref } = receiver;
    const { epoch, timeline, isParted, base, offset, stateVector, documentKind: kind } = answer;
    const { document, channel } = this;
    return [
      ...raised,
      send([receiver], {
        type: 'opened',
        channel,
        ref,
        document,
        kind,
        ...this.#factsFor(receiver),
        schema: this.#schema,
        epoch,
        timeline,
        ...(isParted ? { parted: true as const } : {}),
        base,
        offset,
        stateVector,
      }),
      ...(this.#isOutdated(receiver) ? [this.#outdated(receiver)] : []),
      ...answer.parts.map((part) => this.#updatesTo([receiver], part)),
    ];
  }

  /** An editor that does not know a page's newest blocks would delete them. */
  #isOutdated({ schema }: Subscription): boolean {
    return schema < this.#schema;
  }

  #access(subscription: Subscription): Access {
    return this.#isOutdated(subscription) ? 'view' : subscription.facts.access;
  }

  #factsFor(
    subscription: Subscription,
  ): Pick<MessageOf<'opened'>, 'title' | 'access' | 'trashedAt'> {
    const { title, trashedAt } = subscription.facts;
    return {
      title,
      access: this.#access(subscription),
      ...(trashedAt === null ? {} : { trashedAt }),
    };
  }

  #raiseSchema(schema: number): readonly RoomIntent[] {
    if (schema <= this.#schema) return [];
    const open = [...this.#subscriptions.values()].filter(({ state }) => state === 'open');
    const current = open.filter((subscription) => !this.#isOutdated(subscription));
    this.#schema = schema;
    return current
      .filter((subscription) => this.#isOutdated(subscription))
      .flatMap((subscription) => [
        ...(subscription.facts.access === 'edit' ? [this.#changed(subscription)] : []),
        this.#outdated(subscription),
      ]);
  }

  #outdated(subscription: Subscription): RoomIntent {
    const error = errorOf('schema-outdated');
    return send([subscription], { type: 'error', channel: this.channel, error });
  }

  #changed(subscription: Subscription): RoomIntent {
    const { channel } = this;
    return send([subscription], {
      type: 'document:changed',
      channel,
      ...this.#factsFor(subscription),
    });
  }

  #sendRows(receiver: Subscription, answer: RowsAnswer): readonly RoomIntent[] {
    if (answer.kind === 'gone') return this.#end(receiver, REOPEN);
    return answer.parts.map((part) => this.#updatesTo([receiver], part));
  }

  #handleCommit(event: CommittedEvent): readonly RoomIntent[] {
    const { from, to, updates, authors, acks } = event;
    const { channel } = this;
    const intents: RoomIntent[] = [...this.#raiseSchema(event.schema)];
    const onlyAuthor = authors.every((author) => author === authors[0]) ? authors[0] : undefined;
    if (updates.length > 0) {
      const receivers = [...this.#subscriptions.values()].filter(
        ({ id, state }) => state === 'open' && id !== onlyAuthor,
      );
      if (receivers.length > 0) intents.push(this.#updatesTo(receivers, { from, to, updates }));
    }
    for (const { subscription, cseq } of acks) {
      const author = this.#subscriptions.get(subscription);
      if (author === undefined) continue;
      author.acknowledged = cseq;
      // The author's own rows are not sent back: the acknowledgement moves its position.
      const start = subscription === onlyAuthor ? from : to;
      intents.push(
        send([author], { type: 'ack', channel, cseq, from: start, to }),
        ...this.#refuseInTurn(author),
      );
    }
    return intents;
  }

  #refuseInTurn(sender: Subscription): readonly RoomIntent[] {
    const { refusal, acknowledged } = sender;
    return refusal !== null && acknowledged === refusal.cseq - 1
      ? this.#refuse(sender, refusal)
      : [];
  }

  #refuse(
    sender: Subscription,
    { cseq, error }: { readonly cseq: number; readonly error: ErrorBody },
  ): readonly RoomIntent[] {
    return [
      send([sender], { type: 'nack', channel: this.channel, cseq, error }),
      ...this.leave(sender.id),
    ];
  }

  #end(subscription: Subscription, error: ErrorBody): readonly RoomIntent[] {
    return [this.#closed(subscription, error), ...this.leave(subscription.id)];
  }

  #updatesTo(to: readonly Subscription[], { from, to: last, updates }: Part): RoomIntent {
    return send(to, {
      type: 'updates',
      channel: this.channel,
      from,
      to: last,
      updates: [...updates],
    });
  }

  /** A client without an answer to its `open` knows the channel only by its `ref`. */
  #closed(subscription: Subscription, error: ErrorBody): RoomIntent {
    const { state, ref } = subscription;
    return send(
      [subscription],
      state === 'open'
        ? { type: 'closed', channel: this.channel, error }
        : { type: 'closed', channel: 0, ref, error },
    );
  }

  #request(request: EngineRequest): RoomIntent {
    return { kind: 'engine', request };
  }
}

/** Who may write sees the history, and nobody else does (PO6, SY43). */
function contentFor(access: Access): { readonly omitsDeleted?: true } {
  return access === 'edit' ? {} : { omitsDeleted: true };
}

function send(to: readonly Pick<Subscription, 'id'>[], message: ServerMessage): RoomIntent {
  return { kind: 'send', to: to.map(({ id }) => id), message };
}
