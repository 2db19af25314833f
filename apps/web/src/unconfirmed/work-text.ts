import { unplacedText, type Client, type UnconfirmedWork } from '@tandem/client';
import { toMarkdown } from '@tandem/document/markdown-writer';
import { applyUpdate, Doc } from 'yjs';

export async function workText(
  client: Client,
  work: Exclude<UnconfirmedWork, { kind: 'command' }>,
): Promise<string> {
  if (work.kind === 'rejected') {
    const doc = new Doc();
    applyUpdate(doc, work.replica);
    return [toMarkdown(doc), unplacedText(doc)].filter((text) => text !== '').join('\n\n');
  }
  const session = client.openDocument(work.document);
  try {
    await session.loaded;
    return toMarkdown(session.doc);
  } finally {
    client.closeDocument(work.document);
  }
}
