/**
 * Tells all nodes who is in which document, for lists of documents: each node says once a second what has changed
 * on it. The bus may lose messages, so all of it is repeated now and then.
 */
import { z } from 'zod';
import type { User } from '@tandem/protocol';
import type { Bus, TopicMessage } from '../bus/bus.ts';
import { PRESENT_EXCHANGE } from './limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { decodeMessage, encodeMessage } from './node-message.ts';

export interface PresentExchangeOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  /** The first people in a document on this node. */
  readonly present: (document: string) => readonly User[];
  /** All documents with people on this node. */
  readonly documents: () => Iterable<string>;
  readonly onChanged: (document: string) => void;
  /** A message of another version, which changes nothing: UP7. */
  readonly onUnknown: () => void;
}

const id = z.string().max(256);
const user = z.object({ id, name: z.string().max(1_024), color: z.number().int() });
const present = z.array(z.tuple([id, z.array(user)]));

const TOPIC = 'present';

export class PresentExchange implements Disposable {
  readonly #options: PresentExchangeOptions;
  /** By node and document; without those where nobody is. */
  readonly #nodes = new Map<string, Map<string, readonly User[]>>();
  readonly #stops: readonly (() => void)[];
  #changed = new Set<string>();
  #timer: unknown = null;
  #repeatTimer: unknown = null;

  constructor(options: PresentExchangeOptions) {
    this.#options = options;
    const { bus } = options;
    void bus.subscribe(TOPIC, (message) => this.#receive(message));
    this.#stops = [
      bus.onPeer(({ kind, peer }) => {
        if (kind === 'joined') this.#sendAll();
        else this.#forget(peer.node);
      }),
      bus.onState(({ kind }) => {
        if (kind === 'up') this.#sendAll();
      }),
    ];
    this.#repeatLater();
  }

  /** The people in a document on other nodes. */
  users(document: string): readonly User[] {
    const users = new Map<string, User>();
    for (const documents of this.#nodes.values())
      for (const user of documents.get(document) ?? []) users.set(user.id, user);
    return [...users.values()];
  }

  changed(document: string): void {
    if (this.#options.bus.peers.length === 0) return;
    this.#changed.add(document);
    this.#timer ??= this.#options.clock.setTimeout(() => this.#send(), PRESENT_EXCHANGE.intervalMs);
  }

  [Symbol.dispose](): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    clock.clearTimeout(this.#repeatTimer);
    for (const stop of this.#stops) stop();
  }

  #sendAll(): void {
    for (const document of this.#options.documents()) this.changed(document);
  }

  #send(): void {
    this.#timer = null;
    const changed = [...this.#changed];
    this.#changed = new Set();
    for (let at = 0; at < changed.length; at += PRESENT_EXCHANGE.perMessage)
      this.#publish(changed.slice(at, at + PRESENT_EXCHANGE.perMessage));
  }

  /** In several messages, if one would be too large. */
  #publish(documents: readonly string[]): void {
    const { bus, present } = this.#options;
    const message = encodeMessage(documents.map((document) => [document, present(document)]));
    if (bus.publish(TOPIC, message) !== 'too-large' || documents.length === 1) return;
    const middle = documents.length >> 1;
    this.#publish(documents.slice(0, middle));
    this.#publish(documents.slice(middle));
  }

  #receive(message: TopicMessage): void {
    const { bus, onUnknown } = this.#options;
    if (message.kind === 'message' && message.from.node === bus.self.node) return;
    const told = message.kind === 'message' ? decodeMessage(present, message.payload) : null;
    if (message.kind === 'unreadable' || told === null) {
      onUnknown();
      return;
    }
    const { node } = message.from;
    const documents = this.#nodes.get(node) ?? new Map<string, readonly User[]>();
    this.#nodes.set(node, documents);
    for (const [document, users] of told) {
      if (users.length === 0) documents.delete(document);
      else documents.set(document, users);
      this.#options.onChanged(document);
    }
  }

  #forget(node: string): void {
    const documents = this.#nodes.get(node);
    this.#nodes.delete(node);
    for (const document of documents?.keys() ?? []) this.#options.onChanged(document);
  }

  #repeatLater(): void {
    this.#repeatTimer = this.#options.clock.setTimeout(() => {
      this.#sendAll();
      this.#repeatLater();
    }, PRESENT_EXCHANGE.repeatMs);
  }
}
