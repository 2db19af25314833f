/** The trash: a person's own documents that wait to be restored or deleted for good. */
import * as z from 'zod/mini';
import { MAX_EXCERPT_LENGTH, MAX_TRASH } from '../limits.ts';
import { documentId, documentKind, instant, title } from '../messages/field.ts';
import { sentText } from '../text.ts';
import { commandsOf, defineChannel, defineCommands, IN_TURN } from './definition.ts';
import { defineEvent } from './event.ts';

export const trashedDocument = z.object({
  id: documentId,
  kind: documentKind,
  title,
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  trashedAt: instant,
});
export type TrashedDocument = z.infer<typeof trashedDocument>;

export const trashState = z.object({
  type: z.literal('trash'),
  /** The newest `MAX_TRASH` documents, last moved there first. */
  documents: z.array(trashedDocument),
});
export type TrashState = z.infer<typeof trashState>;

const trashEvents = [
  defineEvent('document:trashed', { document: trashedDocument }),
  defineEvent('document:restored', { document: documentId }),
  defineEvent('document:purged', { document: documentId }),
] as const;
export const trashEvent = z.discriminatedUnion('name', [...trashEvents]);
export type TrashEvent = z.infer<typeof trashEvent>;

export function reduceTrash(state: TrashState, event: TrashEvent): TrashState {
  switch (event.name) {
    case 'document:trashed': {
      const { document } = event;
      const others = state.documents.filter(({ id }) => id !== document.id);
      const documents = [document, ...others].toSorted(inTrashOrder).slice(0, MAX_TRASH);
      return { ...state, documents };
    }
    case 'document:restored':
    case 'document:purged':
      return state.documents.some(({ id }) => id === event.document)
        ? { ...state, documents: state.documents.filter(({ id }) => id !== event.document) }
        : state;
  }
}

function inTrashOrder(one: TrashedDocument, other: TrashedDocument): number {
  return other.trashedAt - one.trashedAt || (one.id < other.id ? -1 : 1);
}

export const trashChannel = defineChannel({
  type: 'trash',
  of: 'person',
  state: trashState,
  event: trashEvent,
  reduce: reduceTrash,
});

const defineCommand = commandsOf(trashChannel);

export const trashCommands = defineCommands(
  defineCommand({
    name: 'document:restore',
    summary: 'Takes the document out of the trash. Everyone has the role again that they had.',
    input: z.strictObject({ document: documentId }),
    order: IN_TURN,
    replaces: null,
    isIdempotent: false,
    predict: ({ input: { document } }) => ({ name: 'document:restored', document }),
  }),
  defineCommand({
    name: 'document:purge',
    summary: 'Deletes a document in the trash for good.',
    input: z.strictObject({ document: documentId }),
    order: IN_TURN,
    replaces: null,
    isIdempotent: false,
    predict: ({ input: { document } }) => ({ name: 'document:purged', document }),
  }),
);
