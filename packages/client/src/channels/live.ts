/** Commands and channels together, since commands change what channels show. */
import { readChannelName, type User } from '@tandem/protocol';
import { OptimisticOverlay } from '@tandem/sync';
import type { CommandStore } from '../commands/command-store.ts';
import { Commands } from '../commands/commands.ts';
import { createMemoryCommandStore } from '../commands/memory-command-store.ts';
import type { Connection } from '../connection/connection.ts';
import type { Environment } from '../environment.ts';
import type { UnloadOutboxStorage } from '../store/unload-outbox.ts';
import { Channels } from './channels.ts';
import { createMemoryStateStore } from './memory-state-store.ts';
import type { StateStore } from './state-store.ts';

export interface LiveStores {
  readonly commands: CommandStore;
  readonly states: StateStore;
  readonly durable: boolean;
}

export interface LiveOptions {
  readonly connection: Connection;
  readonly environment: Environment;
  readonly stores: LiveStores;
  readonly unloadOutbox: UnloadOutboxStorage | null;
  readonly maxCommandBytes: number;
  readonly findUser: (id: string) => User | null;
  readonly changed: () => void;
}

export interface Live {
  readonly commands: Commands;
  readonly channels: Channels;
}

export function createLive({
  connection,
  environment,
  stores,
  unloadOutbox,
  maxCommandBytes,
  findUser,
  changed,
}: LiveOptions): Live {
  const effects = new OptimisticOverlay(findUser);
  // Listens first, so that a reconnect sends pending commands in the frame that subscribes.
  const commands = new Commands({
    connection,
    environment,
    store: stores.commands,
    durable: stores.durable,
    maxBytes: maxCommandBytes,
    unloadOutbox: stores.durable ? unloadOutbox : null,
    effects,
    follows: (name) => channels.followed(name),
    changed: () => {
      channels.commandsChanged();
      changed();
    },
  });
  const channels = new Channels({
    connection,
    environment,
    store: stores.states,
    effects,
    isKnown: (name) => {
      const { document } = readChannelName(name);
      return document === null || !commands.isCreating(document);
    },
  });
  return { commands, channels };
}

export function createMemoryLiveStores(): LiveStores {
  return {
    commands: createMemoryCommandStore(),
    states: createMemoryStateStore(),
    durable: false,
  };
}
