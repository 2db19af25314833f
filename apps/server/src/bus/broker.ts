/**
 * The port below the bus: carries frames between nodes, and knows nothing of what is in them. It connects by itself, and
 * keeps trying.
 */
import type { DownReason } from './bus.ts';

export type Address =
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'mailbox'; readonly node: string };

/** `full`: too much waits for the broker, BU5. */
export type BrokerOutcome = 'sent' | 'down' | 'full';

export interface BrokerListener {
  onTopic(topic: string, frame: Uint8Array): void;
  /** Frames to this node's mailbox, announcements of all nodes, and echoes. */
  onMail(frame: Uint8Array): void;
  /** Mailbox and announcements are received from now on; topics are yet to be subscribed. */
  onConnected(): void;
  /** Everything subscribed is gone. Also called for an attempt to connect that failed. */
  onDisconnected(reason: DownReason): void;
}

export type BrokerName = 'redis' | 'postgres' | 'memory';

export interface Broker extends AsyncDisposable {
  readonly name: BrokerName;
  /** Otherwise `subscribe` is never called, and `publish` only for mailboxes. */
  readonly carriesTopics: boolean;

  start(node: string, listener: BrokerListener): void;
  publish(address: Address, frame: Uint8Array): BrokerOutcome;
  /** Sends to the `onMail` of every node, this one included. */
  announce(frame: Uint8Array): BrokerOutcome;
  /** Sends to the own `onMail` alone, over all that a message may pass. */
  echo(frame: Uint8Array): void;
  /** Resolves to whether the broker has confirmed all of them. Never rejects. */
  subscribe(topics: readonly string[]): Promise<boolean>;
  unsubscribe(topic: string): void;
  /** Gives up the present connection for another. */
  reconnect(reason: DownReason): void;
}
