import type { DocumentSession, SaveState } from '@tandem/client';
import type { Access, DocumentKind, ErrorBody } from '@tandem/protocol';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { outdatedBy } from '../connection/remedy.ts';
import { useObservable } from '../observable.ts';
import { useServices } from '../session/services.ts';
import { useSessionValue } from '../session/use-document-session.ts';

export interface DocumentFacts {
  readonly id: string;
  /** As it is here: a new title counts before the server has it. */
  readonly title: string;
  /** `null` until the server or an earlier visit has said what this is. */
  readonly kind: DocumentKind | null;
  readonly access: Access;
  /** Made here, and not yet told to the server. */
  readonly isUnknownToServer: boolean;
  /** Why the server ended it. */
  readonly ended: ErrorBody | null;
  /** Why this page is too old to write in it. */
  readonly outdated: ErrorBody | null;
  /** Why the server cannot be asked now. */
  readonly cutOff: Extract<SaveState, { kind: 'offline' }>['cause'] | null;
}

/** What is known about a document beside its text. */
export function useDocumentFacts(session: DocumentSession): DocumentFacts {
  const { commands, documents } = useServices();
  const { commands: pending } = useObservable(commands.state);
  const state = useSessionValue(session, ({ document }) => document);
  const ended = useSessionValue(session, ({ status }) =>
    status.kind === 'stopped' ? status.error : null,
  );
  const outdated = useSessionValue(session, ({ status }) => outdatedBy(status));
  const cutOff = useSessionValue(session, ({ status }) =>
    status.kind === 'offline' ? status.cause : null,
  );

  const { id } = session;
  const own = pending.filter(({ document }) => document === id);
  const isUnknownToServer = own.some(({ kind }) => kind === 'create');
  // Between being told and answering, the server has said nothing yet; the text stays where it is.
  const [wasMadeHere] = useState(isUnknownToServer);
  const rename = own.findLast((command) => command.kind === 'rename');
  const { data: listedTitle } = useQuery({
    ...documents.list,
    select: (list) => list.find((document) => document.id === id)?.title,
  });
  return {
    id,
    title: rename?.title ?? state?.title ?? listedTitle ?? '',
    kind: state?.kind ?? (isUnknownToServer || wasMadeHere ? 'page' : null),
    access: state?.access ?? 'edit',
    isUnknownToServer,
    ended,
    outdated,
    cutOff,
  };
}
