/** Where the chip's truth comes from: a document's session or the whole device, and what is still to be told to the server. */
import type { Client, DocumentSession, SaveState, UnconfirmedWork } from '@tandem/client';
import type { CommandQueue, QueueState } from '../documents/command-queue.ts';
import type { SaveSource } from './save-status.ts';
import { watchUnconfirmed } from './unconfirmed.ts';

/** A document: its text, and its own commands. */
export function documentSource(session: DocumentSession, commands: CommandQueue): SaveSource {
  return {
    get: () => withCommands(session.status, commands.state.get(), session.id),
    subscribe: (listener) => {
      const stops = [session.onChange(listener), commands.state.subscribe(listener)];
      return () => stops.forEach((stop) => stop());
    },
  };
}

/** All documents of this device. What waits is not known before the device has answered. */
export function deviceSource(client: Client, commands: CommandQueue): SaveSource {
  let work: readonly UnconfirmedWork[] | null = null;
  return {
    get: () => withCommands(deviceState(client, work), commands.state.get(), null),
    subscribe: (listener) => {
      const stops = [
        client.connection.listen({ state: listener }),
        client.onChange(listener),
        commands.state.subscribe(listener),
        watchUnconfirmed(client, (found) => {
          work = found;
          listener();
        }),
      ];
      return () => stops.forEach((stop) => stop());
    },
  };
}

/** `work`: what waits and what was refused; `null` while that is not known. */
export function deviceState(
  { connection: { state }, durable, unsaved }: Pick<Client, 'connection' | 'durable' | 'unsaved'>,
  work: readonly UnconfirmedWork[] | null,
): SaveState {
  const waiting = (work ?? []).filter((entry) => entry.kind === 'waiting');
  const refused = work?.find((entry) => entry.kind === 'set-aside');
  const pending = waiting.reduce((sum, { count }) => sum + count, 0);
  const held = { pending, kept: durable && waiting.every(({ kept }) => kept) };
  switch (state.kind) {
    case 'stopped':
      return { ...held, kind: 'stopped', error: state.error, action: state.action };
    case 'connected':
      if (work === null) return { kind: 'loading' };
      if (pending > 0) return { ...held, kind: 'saving', error: null };
      if (refused !== undefined) return { kind: 'refused', error: refused.error, at: refused.at };
      // Written since `work` was asked for.
      if (unsaved) return { ...held, kind: 'saving', pending: 1, error: null };
      return { kind: 'saved', at: null };
    case 'waiting':
      return { ...held, kind: 'offline', retryAt: state.retryAt, cause: state.cause, error: null };
    case 'idle':
    case 'connecting':
      if (state.kind === 'idle' || state.cause === null) return { kind: 'loading' };
      return { ...held, kind: 'offline', retryAt: null, cause: state.cause, error: null };
  }
}

/** Nothing is saved as long as a command waits; where the server has refused one, it says why. */
export function withCommands(
  state: SaveState,
  queue: QueueState,
  document: string | null,
): SaveState {
  const own = queue.commands.filter(
    (command) => document === null || command.document === document,
  );
  if (own.length === 0) return state;
  const refusal = own.map((command) => queue.refused.get(command.document)).find(Boolean) ?? null;
  if (state.kind === 'saved')
    return { kind: 'saving', pending: own.length, kept: queue.kept, error: refusal };
  if (!('pending' in state)) return state;
  const held = { pending: state.pending + own.length, kept: state.kept && queue.kept };
  if (state.kind === 'saving') return { ...state, ...held, error: state.error ?? refusal };
  // There is no document because the server would not make it.
  if (state.kind === 'stopped' && state.error.code === 'not-found' && refusal !== null)
    return { ...state, ...held, error: refusal };
  return { ...state, ...held };
}
