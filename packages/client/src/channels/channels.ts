/** The channels that are followed in this page, each once, however many views hold it. */
import type { ChannelName, ChannelState } from '@tandem/protocol';
import type { FollowedChannel } from '@tandem/sync';
import { ChannelSession, type ChannelSessionOptions } from './channel-session.ts';

export type ChannelsOptions = Omit<
  ChannelSessionOptions,
  'name' | 'nextRef' | 'stateOf' | 'released' | 'isKnown'
> & {
  /** Whether the server can know a channel. */
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
          // What was asked for before came to nothing.
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
            // Nobody here follows it any more.
            if (!this.#sessions.has(message.name))
              connection.send({ type: 'unsubscribe', channel: message.channel });
            break;
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

  /** The same session for everyone who follows the channel; each `close` gives one holder back. */
  follow<N extends ChannelName>(name: N): ChannelSession<N> {
    const known = this.#sessions.get(name);
    known?.hold();
    const session = known ?? this.#open(name);
    // Each name has a session of its own type.
    return session as ChannelSession<N>;
  }

  get all(): readonly ChannelSession[] {
    return [...this.#sessions.values()];
  }

  followed(name: ChannelName): FollowedChannel | null {
    return this.#sessions.get(name)?.followed ?? null;
  }

  /** What is expected, or known to the server, has changed. */
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
