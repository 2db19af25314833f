/** Creates a new guest's first document: worth reading, and theirs to edit. */
import { randomBytes } from 'node:crypto';
import * as Y from 'yjs';
import { excerpt, writePage } from '@tandem/document';
import { fromMarkdown } from '@tandem/document/markdown-reader';
import { WELCOME_MARKDOWN, WELCOME_TITLE } from '@tandem/document/welcome';
import { MAX_EXCERPT_LENGTH, type User } from '@tandem/protocol';
import { createDocument } from '../storage/documents.ts';
import { addVisit } from '../storage/visits.ts';
import type { Database } from '../storage/tables.ts';
import type { Engine } from '../engine/port.ts';
import type { Log } from '../runtime/log.ts';

const ID_BYTES = 18;

export function createWelcome({
  db,
  engine,
  log,
}: {
  readonly db: Database;
  readonly engine: Engine;
  readonly log: Log;
}): (user: User) => Promise<void> {
  return async ({ id: user }) => {
    const id = randomBytes(ID_BYTES).toString('base64url');
    const at = Date.now();
    try {
      const { update, excerpt } = welcomePage();
      await engine.create({ document: id, kind: 'page', user, update });
      const title = WELCOME_TITLE;
      await createDocument(db, { id, kind: 'page', title, excerpt, owner: user, at });
      await addVisit(db, { user, document: id, at });
    } catch (error) {
      // A guest without a welcome document can still write.
      log.error({ err: error }, 'a welcome document could not be made');
    }
  };
}

/** Each page has a new client id, so that no two documents share one. */
function welcomePage(): { readonly update: Uint8Array; readonly excerpt: string } {
  const doc = new Y.Doc();
  writePage(doc, fromMarkdown(WELCOME_MARKDOWN), randomBytes);
  const page = {
    update: Y.encodeStateAsUpdate(doc),
    excerpt: excerpt(doc, MAX_EXCERPT_LENGTH),
  };
  doc.destroy();
  return page;
}
