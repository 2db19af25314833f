/** A document `d` that a client has opened on a fake server. */
import * as Y from 'yjs';
import type { DocumentSession } from '../document/document-session.ts';
import { FakeServer } from './fake-server.ts';

export const text = (session: DocumentSession) => session.doc.getText('t');

export const textOf = (update: Uint8Array) => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc.getText('t').toJSON();
};

export async function opened(
  options: ConstructorParameters<typeof FakeServer>[0] = {},
  content = '',
) {
  const server = new FakeServer(options);
  if (content !== '') {
    server.write(content);
    server.offset = 1;
  }
  const session = server.client.openDocument('d');
  await server.connect();
  await server.answerOpen();
  return { server, session };
}
