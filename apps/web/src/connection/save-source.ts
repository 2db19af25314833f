/** Where the chip's truth comes from: a document's session or the whole device, and what is still to be told to the server. */
import type {
  Client,
  DocumentSession,
  PendingCommand,
  SaveState,
  UnconfirmedWork,
} from '@tandem/client';
import type { ErrorBody } from '@tandem/protocol';
import type { Services } from '../session/services.ts';
import { heldFor, isHeld, pendingIn } from './pending-work.ts';
import type { SaveSource } from './save-status.ts';
import { watchUnconfirmed } from './unconfirmed.ts';

/** A document: its text, and what was done beside it. */
export function documentSource(
  session: DocumentSession,
  { client: { commands }, refused }: Pick<Services, 'client' | 'refused'>,
): SaveSource {
  return {
    get: () =>
      withCommands(session.status, {
        commands: pendingIn(commands, session.id),
        refusal: refused.state.get().get(session.id)?.error ?? null,
        now: Date.now(),
      }),
    subscribe: (listener) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const changed = () => {
        clearTimeout(timer);
        const left = heldFor(pendingIn(commands, session.id), Date.now());
        if (left !== null) timer = setTimeout(changed, left);
        listener();
      };
      const stops = [
        session.onChange(changed),
        commands.onChange(changed),
        refused.state.subscribe(changed),
      ];
      return () => {
        clearTimeout(timer);
        stops.forEach((stop) => stop());
      };
    },
  };
}

/** All documents of this device. What waits is not known before the device has answered. */
export function deviceSource(client: Client): SaveSource {
  let work: readonly UnconfirmedWork[] | null = null;
  return {
    get: () => deviceState(client, work, Date.now()),
    subscribe: (listener) => {
      const stops = [
        client.connection.listen({ state: listener }),
        client.onChange(listener),
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
  now: number,
): SaveState {
  const refused = work?.find((entry) => entry.kind === 'set-aside');
  let pending = 0;
  let kept = durable;
  for (const entry of work ?? []) {
    if (entry.kind === 'set-aside') continue;
    pending += entry.kind === 'waiting' ? entry.count : 1;
    const isKept =
      entry.kind === 'waiting' ? entry.kept : isHeld({ kept: entry.kept, at: entry.since }, now);
    kept &&= isKept;
  }
  const held = { pending, kept };
  switch (state.kind) {
    case 'stopped':
      return { ...held, kind: 'stopped', error: state.error, action: state.action };
    case 'connected':
      if (work === null) return { kind: 'loading' };
      if (pending > 0) return { ...held, kind: 'saving', error: null };
      if (refused !== undefined) return { kind: 'refused', error: refused.error, at: refused.at };
      // Done since `work` was asked for.
      if (unsaved) return { ...held, kind: 'saving', pending: 1, error: null };
      return { kind: 'saved', at: null, kept };
    case 'waiting':
      return {
        ...held,
        kind: 'offline',
        retryAt: state.retryAt,
        cause: state.cause,
        error: state.error,
      };
    case 'idle':
    case 'connecting':
      if (state.kind === 'idle' || state.cause === null) return { kind: 'loading' };
      return { ...held, kind: 'offline', retryAt: null, cause: state.cause, error: state.error };
  }
}

interface CommandFacts {
  readonly commands: readonly PendingCommand[];
  /** Why the server would not make the document. */
  readonly refusal: ErrorBody | null;
  readonly now: number;
}

/** Nothing is saved as long as a command waits. */
export function withCommands(
  state: SaveState,
  { commands, refusal, now }: CommandFacts,
): SaveState {
  const isMissing = state.kind === 'stopped' && state.error.code === 'not-found';
  // There is no document because the server would not make it.
  if (isMissing && refusal !== null) return { ...state, error: refusal };
  if (commands.length === 0) return state;
  const kept = commands.every((command) => isHeld(command, now));
  if (state.kind === 'saved')
    return { kind: 'saving', pending: commands.length, kept, error: null };
  if (!('pending' in state)) return state;
  const held = { pending: state.pending + commands.length, kept: state.kept && kept };
  // It was asked for before it was made, and is asked for again after that.
  if (isMissing && commands.some(({ name }) => name === 'document:create'))
    return { ...held, kind: 'saving', error: null };
  return { ...state, ...held };
}
