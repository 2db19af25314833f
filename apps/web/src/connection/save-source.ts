/** Where the chip's truth comes from: a document's session or the whole device, and what is still to be told to the server. */
import type { Client, DocumentSession, SaveState, UnconfirmedWork } from '@tandem/client';
import type { CommandQueue, QueueState } from '../documents/command-queue.ts';
import type { SaveSource } from './save-status.ts';

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

/** All documents of this device. `work` is asked for whenever the connection changes, and now and then. */
export function deviceSource(client: Client, commands: CommandQueue): SaveSource {
  let work: readonly UnconfirmedWork[] = [];
  return {
    get: () => withCommands(deviceState(client, work), commands.state.get(), null),
    subscribe: (listener) => {
      const look = async () => {
        work = await client.unconfirmed();
        listener();
      };
      const lookNow = () => void look().catch(() => undefined);
      const timer = setInterval(lookNow, LOOK_EVERY_MS);
      const stops = [
        client.connection.listen({ state: () => (listener(), lookNow()) }),
        commands.state.subscribe(listener),
      ];
      lookNow();
      return () => {
        clearInterval(timer);
        stops.forEach((stop) => stop());
      };
    },
  };
}

const LOOK_EVERY_MS = 2_000;

function deviceState(
  { connection: { state }, durable }: Client,
  work: readonly UnconfirmedWork[],
): SaveState {
  const pending = work.reduce(
    (sum, entry) => sum + (entry.kind === 'waiting' ? entry.count : 0),
    0,
  );
  const refused = work.find((entry) => entry.kind === 'set-aside');
  const held = { pending, kept: durable };
  switch (state.kind) {
    case 'stopped':
      return { ...held, kind: 'stopped', error: state.error, action: state.action };
    case 'connected':
      if (pending > 0) return { ...held, kind: 'saving', error: null };
      return refused === undefined
        ? { kind: 'saved', at: null }
        : { kind: 'refused', error: refused.error, at: refused.at };
    case 'waiting':
      return { ...held, kind: 'offline', retryAt: state.retryAt, cause: state.cause, error: null };
    case 'idle':
    case 'connecting':
      if (state.kind === 'idle' || state.cause === null) return { kind: 'loading' };
      return { ...held, kind: 'offline', retryAt: null, cause: state.cause, error: null };
  }
}

/** Nothing is saved as long as a command waits. */
export function withCommands(
  state: SaveState,
  queue: QueueState,
  document: string | null,
): SaveState {
  const count = queue.commands.filter(
    (command) => document === null || command.document === document,
  ).length;
  if (count === 0) return state;
  if (state.kind === 'saved')
    return { kind: 'saving', pending: count, kept: queue.kept, error: null };
  return 'pending' in state
    ? { ...state, pending: state.pending + count, kept: state.kept && queue.kept }
    : state;
}
