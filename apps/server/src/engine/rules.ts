/** The rules for updates of each document kind: valid structure for all, the editor's schema for pages. */
import { randomUUID } from 'node:crypto';
import { neededSchema, neededSchemaOfChange, pageRoots, validateChange } from '@tandem/document';
import { errorOf, type DocumentKind } from '@tandem/protocol';
import type { UpdateValidation, ValidateUpdate, CheckChange } from '@tandem/sync';
import * as Y from 'yjs';
import { validateUpdate } from './validation/validate-update.ts';
import type { DocumentRules } from './loaded-document.ts';

export function rulesFor(kind: DocumentKind): DocumentRules {
  switch (kind) {
    case 'page':
      return {
        validateUpdate: validate,
        check: checkPage,
        neededSchema: { ofDocument: neededSchema, ofChange: neededSchemaOfChange },
        gc: true,
        createBatchId: randomUUID,
        prepare: preparePage,
      };
    case 'data':
      return {
        validateUpdate: validate,
        check: () => null,
        neededSchema: { ofDocument: () => 0, ofChange: () => 0 },
        gc: true,
        createBatchId: randomUUID,
      };
  }
}

const validate: ValidateUpdate = (update, { doc, user, owner }): UpdateValidation => {
  const result = validateUpdate({ bytes: update, doc, sender: user, ownerOf: owner });
  switch (result.kind) {
    case 'accepted':
      return {
        kind: 'accepted',
        clients: result.clients.map(({ client }) => client),
        repeats: result.repeats,
        hasNewContent: result.clients.length > 0 || deletesAnything(update, doc),
      };
    case 'missing':
      return { kind: 'missing' };
    case 'refused': {
      const code = result.reason === 'client-taken' ? 'client-taken' : 'invalid-update';
      return { kind: 'refused', error: errorOf(code, { detail: result.sentence }) };
    }
  }
};

/**
 * Opens the roots before the first update, so that Yjs never deletes redundant formats: the server
 * does not write.
 */
const preparePage = (doc: Y.Doc): void => void pageRoots(doc);

const checkPage: CheckChange = (transaction) => {
  const [violation] = validateChange(transaction);
  if (violation === undefined) return null;
  const detail = `The change contains what a page cannot hold (${violation.rule}: ${violation.found}). It is kept on this device.`;
  return errorOf('invalid-update', { detail });
};

function deletesAnything(update: Uint8Array, doc: Y.Doc): boolean {
  for (const [client, ranges] of Y.decodeUpdate(update).ds.clients) {
    const structs = doc.store.clients.get(client);
    if (structs === undefined) continue;
    for (const { clock, len } of ranges) {
      for (let i = Y.findIndexSS(structs, clock); i < structs.length; i++) {
        const struct = structs[i]!;
        if (struct.id.clock >= clock + len) break;
        if (!struct.deleted) return true;
      }
    }
  }
  return false;
}
