/** The importer of this page. It goes on when its dialog is closed. */
import type { Client } from '@tandem/client';
import { toast } from '../components/toast.ts';
import { translate } from '../translation/translation.ts';
import { documentFiles } from '../uploads/document-files.ts';
import { ConversionThread } from './conversion.ts';
import { createDocument, type CreationOptions } from './create-document.ts';
import { importRequest, requestImport } from './import-request.ts';
import { importedDocuments, Importer } from './importer.ts';

const uploadsOf: CreationOptions['uploadsOf'] = (document) => documentFiles(document).uploads();

let importer: Importer | null = null;

export function pageImporter(client: Client): Importer {
  if (importer !== null) return importer;
  const thread = new ConversionThread();
  const created = new Importer({
    reading: thread,
    now: Date.now,
    create: (document, signal) => createDocument(document, { client, signal, uploadsOf }),
  });
  let wasRunning = false;
  created.items.subscribe(() => {
    const isOver = wasRunning && !created.isRunning;
    wasRunning = created.isRunning;
    if (!isOver) return;
    thread.close();
    if (importRequest.get() === null) tell(created);
  });
  // Files that wait are only in this page.
  addEventListener('beforeunload', (event) => {
    if (created.isRunning) event.preventDefault();
  });
  return (importer = created);
}

/** For a person who has closed the dialog meanwhile. */
function tell({ items }: Importer): void {
  const count = importedDocuments(items.get());
  toast(translate('import.finished', { count }), {
    action: { label: translate('import.report'), onClick: () => requestImport(null) },
  });
}
