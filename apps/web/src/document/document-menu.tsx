import type { DocumentSession } from '@tandem/client';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { Menu } from '../components/menu.tsx';
import { useTranslation } from '../translation/translation.ts';
import type { DocumentFacts } from './use-document-facts.ts';

const items = new Deferred(() => import('./document-menu-items.tsx'), { preload: 'at once' });
const files = new Deferred(() => import('../files/files-dialog.tsx'));
const exporting = new Deferred(() => import('../export/export-dialog.tsx'));

export function DocumentMenu({
  session,
  facts,
}: {
  readonly session: DocumentSession;
  readonly facts: DocumentFacts;
}) {
  const { t } = useTranslation();
  const [isExporting, setExporting] = useState(false);
  const [showsFiles, setShowsFiles] = useState(false);
  return (
    <>
      <Menu trigger={<IconButton label={t('menu.open')} icon={Ellipsis} />} needs={items}>
        <Loaded from={items}>
          {({ DocumentMenuItems }) => (
            <DocumentMenuItems
              session={session}
              facts={facts}
              onExport={() => setExporting(true)}
              onFiles={() => setShowsFiles(true)}
            />
          )}
        </Loaded>
      </Menu>
      {showsFiles && (
        <Loaded from={files}>
          {({ FilesDialog }) => (
            <FilesDialog
              document={facts.id}
              doc={session.doc}
              onClose={() => setShowsFiles(false)}
            />
          )}
        </Loaded>
      )}
      {isExporting && (
        <Loaded from={exporting}>
          {({ ExportDialog }) => (
            <ExportDialog
              document={facts.id}
              title={facts.title}
              doc={session.doc}
              onClose={() => setExporting(false)}
            />
          )}
        </Loaded>
      )}
    </>
  );
}
