import type { Commands, DocumentSession, SaveState } from '@tandem/client';
import {
  accessOf,
  can,
  type Access,
  type DocumentKind,
  type ErrorBody,
  type LibraryState,
  type ListedDocument,
  type Role,
} from '@tandem/protocol';
import { useState } from 'react';
import { useObservable } from '../runtime/observable.ts';
import { outdatedBy } from '../save-status/save-status.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { useCommandsValue } from '../session/use-commands-value.ts';
import { useSessionValue } from '../session/use-document-session.ts';

export interface DocumentFacts {
  readonly id: string;
  readonly title: string;
  readonly kind: DocumentKind | null;
  readonly access: Access;
  readonly isOwn: boolean;
  readonly mayTrash: boolean;
  readonly isTemplate: boolean;
  /** When the document was moved to the trash; null for one that is not there. */
  readonly trashedAt: number | null;
  /** Created on this device, and unknown to the server: not sent yet, or refused. */
  readonly isUnknownToServer: boolean;
  readonly ended: ErrorBody | null;
  readonly outdated: ErrorBody | null;
  readonly cutOff: Extract<SaveState, { kind: 'offline' }>['cause'] | null;
}

export function useDocumentFacts(session: DocumentSession): DocumentFacts {
  const { id } = session;
  const { library, refused } = useServices();
  const state = useSessionValue(session, ({ document }) => document);
  const ended = useSessionValue(session, ({ status }) =>
    status.kind === 'stopped' ? status.error : null,
  );
  const outdated = useSessionValue(session, ({ status }) => outdatedBy(status));
  const cutOff = useSessionValue(session, ({ status }) =>
    status.kind === 'offline' ? status.cause : null,
  );
  const refusal = useObservable(refused.state).get(id);
  const listedTitle = useChannelValue(library, ({ state }) => listedIn(state, id)?.title);
  const role = useChannelValue(library, ({ state }) => listedIn(state, id)?.role);
  const isTemplate = useChannelValue(library, ({ state }) => listedIn(state, id)?.isTemplate);
  const isCreating = useCommandsValue((commands) => commands.isCreating(id));
  // A document outside the list can be renamed, too.
  const newTitle = useCommandsValue((commands) => newTitleIn(commands, id));

  const move = useCommandsValue((commands) => moveIn(commands, id));

  const isUnknownToServer = isCreating || refusal !== undefined;
  // Between the creation and the server's first answer, the document stays a page.
  const [wasMadeHere] = useState(isUnknownToServer);
  const trashedAt = move === null ? (state?.trashedAt ?? null) : move === 'out' ? null : move;
  return {
    id,
    title: listedTitle ?? newTitle ?? state?.title ?? refusal?.title ?? '',
    kind: state?.kind ?? (isUnknownToServer || wasMadeHere ? 'page' : null),
    access: trashedAt === null ? (state?.access ?? accessByRole(role)) : 'view',
    // Only its owner sees a document in the trash.
    isOwn: role === 'owner' || isUnknownToServer || trashedAt !== null,
    mayTrash:
      trashedAt === null &&
      (isUnknownToServer || (role != null && can({ role, lifecycle: 'active' }, 'trash'))),
    isTemplate: isTemplate === true,
    trashedAt,
    isUnknownToServer,
    ended,
    outdated,
    cutOff,
  };
}

/** Before the document opens. A document outside the list is one that this person is creating, or was sent. */
function accessByRole(role: Role | null | undefined): Access {
  return role == null ? 'edit' : accessOf({ role, lifecycle: 'active' });
}

function listedIn(library: LibraryState | null, id: string): ListedDocument | undefined {
  return library?.documents.find((document) => document.id === id);
}

function newTitleIn({ pending }: Commands, id: string): string | null {
  const rename = pending.findLast(
    (command) => command.name === 'document:rename' && command.input.document === id,
  );
  return rename?.name === 'document:rename' ? rename.input.title : null;
}

/** The last pending move: into the trash, by its time, or out of it. */
function moveIn({ pending }: Commands, id: string): number | 'out' | null {
  const move = pending.findLast(
    ({ name, input }) =>
      (name === 'document:trash' || name === 'document:restore') && input.document === id,
  );
  if (move === undefined) return null;
  return move.name === 'document:trash' ? move.at : 'out';
}
