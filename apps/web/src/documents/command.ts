/**
 * What a person does to their list of documents. It is shown at once, kept on the device until the server
 * has it, and sent again after a failure: each command can be repeated without changing anything.
 */
import { documentId, documentCreate, type DocumentSummary, type User } from '@tandem/protocol';
import { z } from 'zod';

const at = z.number();
const title = documentCreate.shape.title.unwrap();

export const command = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create'), document: documentId, at }),
  z.object({ kind: z.literal('rename'), document: documentId, title, at }),
  /** Takes the document off this person's list; it stays where it is for everyone else. */
  z.object({ kind: z.literal('forget'), document: documentId, at }),
]);
export type Command = z.infer<typeof command>;

/** The list as it will be once `commands` have happened. */
export function replay(
  documents: readonly DocumentSummary[],
  commands: readonly Command[],
  me: User | null,
): readonly DocumentSummary[] {
  return commands.reduce((list, next) => apply(list, next, me), documents);
}

function apply(
  documents: readonly DocumentSummary[],
  next: Command,
  me: User | null,
): readonly DocumentSummary[] {
  switch (next.kind) {
    case 'create':
      return documents.some(({ id }) => id === next.document)
        ? documents
        : [created(next, me), ...documents];
    case 'rename':
      return documents.map((document) =>
        document.id === next.document ? { ...document, title: next.title } : document,
      );
    case 'forget':
      return documents.filter(({ id }) => id !== next.document);
  }
}

function created({ document, at }: Command, me: User | null): DocumentSummary {
  return {
    id: document,
    kind: 'page',
    title: '',
    access: 'edit',
    excerpt: '',
    createdAt: at,
    updatedAt: at,
    present: me === null ? [] : [me],
  };
}

/** `pending` with `next` behind it, without what it makes unnecessary. */
export function enqueue(pending: readonly Command[], next: Command): readonly Command[] {
  const superseded = (old: Command) =>
    next.kind === 'rename' && old.kind === 'rename' && old.document === next.document;
  return [...pending.filter((old) => !superseded(old)), next];
}

/** 132 random bits: a link that nobody guesses. */
export function newDocumentId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => letters[byte & 63]).join(
    '',
  );
}
