/** The save state of one document or of the whole device: the state of the client, with the pending commands in it. */
import {
  isWork,
  type Client,
  type DocumentSession,
  type PendingCommand,
  type SaveState,
  type UnconfirmedWork,
  type Commands,
} from '@tandem/client';
import type { ErrorBody } from '@tandem/protocol';
import type { Services } from '../session/services.ts';
import { watchUnconfirmed } from '../unconfirmed/unconfirmed-work.ts';
import type { SaveSource } from './displayed-save-status.ts';
import type { ShownSaveState } from './save-status.ts';

export function documentSource(
  session: DocumentSession,
  { client: { commands }, refused }: Pick<Services, 'client' | 'refused'>,
): SaveSource {
  return {
    get: () =>
      withCommands(session.status, {
        commands: pendingIn(commands, session.id),
        storageError: commands.storageError,
        refusal: refused.state.get().get(session.id)?.error ?? null,
        now: Date.now(),
      }),
    subscribe: (listener) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const changed = () => {
        clearTimeout(timer);
        const left = untilUnpersisted(pendingIn(commands, session.id), Date.now());
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

/** @param work null until the device has answered */
export function deviceState(
  {
    connection: { state },
    durable,
    unsaved,
    storageError,
  }: Pick<Client, 'connection' | 'durable' | 'unsaved' | 'storageError'>,
  work: readonly UnconfirmedWork[] | null,
  now: number,
): ShownSaveState {
  const rejected = work?.find((entry) => entry.kind === 'rejected');
  let pending = 0;
  let heldBack = 0;
  let kept = durable;
  for (const entry of work ?? []) {
    if (entry.kind === 'rejected') continue;
    if (entry.kind === 'waiting' && entry.heldBack !== null) heldBack += entry.count;
    else pending += entry.kind === 'waiting' ? entry.count : 1;
    kept &&=
      entry.kind === 'waiting'
        ? entry.kept
        : isPersisted({ kept: entry.kept, at: entry.since }, now);
  }
  const unconfirmed = { pending, kept };
  switch (state.kind) {
    case 'stopped':
      return { ...unconfirmed, kind: 'stopped', error: state.error, action: state.action };
    case 'connected':
      if (work === null) return { kind: 'loading' };
      if (pending > 0) return { ...unconfirmed, kind: 'saving', error: storageError };
      if (rejected !== undefined)
        return { kind: 'refused', error: rejected.error, at: rejected.at };
      if (heldBack > 0) return { kind: 'held-back', pending: heldBack, kept };
      // Written after `work` was read.
      if (unsaved) return { ...unconfirmed, kind: 'saving', pending: 1, error: storageError };
      return { kind: 'saved', at: null, kept };
    case 'waiting':
      return {
        ...unconfirmed,
        kind: 'offline',
        retryAt: state.retryAt,
        cause: state.cause,
        error: state.error,
      };
    case 'idle':
    case 'connecting':
      if (state.kind === 'idle' || state.cause === null) return { kind: 'loading' };
      return {
        ...unconfirmed,
        kind: 'offline',
        retryAt: null,
        cause: state.cause,
        error: state.error,
      };
  }
}

interface CommandFacts {
  readonly commands: readonly PendingCommand[];
  readonly storageError: ErrorBody | null;
  readonly refusal: ErrorBody | null;
  readonly now: number;
}

/** A document is not saved while a command about it is unconfirmed. */
export function withCommands(
  state: SaveState,
  { commands, storageError, refusal, now }: CommandFacts,
): SaveState {
  const isMissing = state.kind === 'stopped' && state.error.code === 'not-found';
  // The document does not exist because the server refused to create it.
  if (isMissing && refusal !== null) return { ...state, error: refusal };
  if (commands.length === 0) return state;
  const kept = commands.every((command) => isPersisted(command, now));
  if (state.kind === 'saved' || state.kind === 'syncing')
    return { kind: 'saving', pending: commands.length, kept, error: storageError };
  if (!('pending' in state)) return state;
  const unconfirmed = { pending: state.pending + commands.length, kept: state.kept && kept };
  // The document was opened before its creation was confirmed, and is opened again afterwards.
  if (isMissing && commands.some(({ name }) => name === 'document:create'))
    return { ...unconfirmed, kind: 'saving', error: storageError };
  if (state.kind === 'saving')
    return { ...state, ...unconfirmed, error: state.error ?? storageError };
  return { ...state, ...unconfirmed };
}

/** A command that the device has not stored within this time counts as unpersisted. */
const PERSIST_GRACE_MS = 1_000;

function pendingIn(
  { pending }: Pick<Commands, 'pending'>,
  document: string,
): readonly PendingCommand[] {
  return pending.filter(
    (command) =>
      isWork(command) && 'document' in command.input && command.input.document === document,
  );
}

/** A device stores a command within a moment, so a young command raises no alarm. */
function isPersisted(
  { kept, at }: { readonly kept: boolean; readonly at: number },
  now: number,
): boolean {
  return kept || now - at < PERSIST_GRACE_MS;
}

function untilUnpersisted(commands: readonly PendingCommand[], now: number): number | null {
  const young = commands.filter((command) => !command.kept && isPersisted(command, now));
  return young.length === 0
    ? null
    : Math.min(...young.map(({ at }) => at + PERSIST_GRACE_MS - now));
}
