/** The channels followed in this page: one session each, shared by all views. */
import type { ChannelName, ChannelState } from '@tandem/protocol';
import type { FollowedChannel } from '@tandem/sync';
import { ChannelSession, type ChannelSessionOptions } from './channel-session.ts';

export type ChannelsOptions = Omit<
  ChannelSessionOptions,
  'name' | 'nextRef' | 'stateOf' | 'released' | 'isKnown'
> & {
  readonly isKnown: (name: ChannelName) => boolean;
};

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #sessions = new Map<ChannelName, ChannelSession>();
  readonly #stopListening: () => void;
  #lastRef = 0;

  constructor(options: ChannelsOptions) {
    this.#options = options;
    const { connection } = options;
    this.#stopListening = connection.listen({
      requests: () =>
        [...this.#sessions.values()].flatMap((session) => {
          // Requests of the old connection are void.
          session.disconnected();
          return session.request() ?? [];
        }),
      state: ({ kind }) => {
        for (const session of this.#sessions.values())
          if (kind === 'connected') session.subscribe();
          else session.disconnected();
      },
      message: (message) => {
        switch (message.type) {
          case 'subscribed':
            // No view follows the channel any more.
            if (!this.#sessions.has(message.name))
              connection.send({ type: 'unsubscribe', channel: message.channel });
            break;
          case 'pong':
            for (const session of this.#sessions.values()) session.pong(message.nonce);
            return;
          case 'unsubscribed':
          case 'events':
          case 'activity:changed':
          case 'dashboard:changed':
            break;
          case 'typing:changed':
            for (const session of this.#sessions.values()) session.typingChanged(message);
            return;
          default:
            return;
        }
        for (const session of [...this.#sessions.values()]) session.receive(message);
      },
    });
  }

  /** Returns one shared session per channel; each `close` releases one holder. */
  follow<N extends ChannelName>(name: N): ChannelSession<N> {
    const known = this.#sessions.get(name);
    known?.hold();
    const session = known ?? this.#open(name);
    // Each name has its own session type.
    return session as ChannelSession<N>;
  }

  get all(): readonly ChannelSession[] {
    return [...this.#sessions.values()];
  }

  followed(name: ChannelName): FollowedChannel | null {
    return this.#sessions.get(name)?.followed ?? null;
  }

  commandsChanged(): void {
    for (const session of [...this.#sessions.values()]) session.commandsChanged();
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.flush()));
  }

  async close(): Promise<void> {
    this.#stopListening();
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.destroy()));
    this.#options.store.close();
  }

  #open(name: ChannelName): ChannelSession {
    const { effects, isKnown } = this.#options;
    const session = new ChannelSession({
      ...this.#options,
      name,
      nextRef: () => ++this.#lastRef,
      isKnown: () => isKnown(name),
      stateOf: (other): ChannelState | null => this.#sessions.get(other)?.state ?? null,
      released: () => {
        this.#sessions.delete(name);
        effects.moved(name, null);
      },
    });
    this.#sessions.set(name, session);
    return session;
  }
}
