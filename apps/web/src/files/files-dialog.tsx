import { referencedFiles } from '@tandem/document';
import type { FileList } from '@tandem/protocol';
import { Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import type * as Y from 'yjs';
import { Button, IconButton } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { formatBytes } from '../editor/files/file-words.ts';
import { Moment } from '../languages/moment.tsx';
import { useTranslation } from '../translation/translation.ts';
import './files-words.ts';
import { useFileList } from './use-file-list.ts';

interface FilesDialogProps {
  readonly document: string;
  readonly doc: Y.Doc;
  readonly onClose: () => void;
}

/** What takes up a document's room for files, with a way to free it. */
export function FilesDialog({ document, doc, onClose }: FilesDialogProps) {
  const { t, language } = useTranslation();
  const { list, problem, isBusy, more, remove } = useFileList(document);
  const inText = useMemo(() => new Set(referencedFiles(doc)), [doc]);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('files.title')}
      place="narrow"
    >
      <div className="flex flex-col gap-3 text-ui">
        <p role="status" className="text-ink-2">
          {list === null
            ? problem === null && t('files.loading')
            : summaryOf(list, { t, language })}
        </p>
        <p role="alert" className="text-bad empty:hidden">
          {problem}
        </p>
        {list !== null && list.files.length > 0 && (
          <ul className="-mx-2 flex max-h-96 flex-col overflow-y-auto">
            {list.files.map((file) => (
              <FileRow
                key={file.id}
                file={file}
                by={list.people.find(({ id }) => id === file.by)?.name ?? null}
                isInText={inText.has(file.id)}
                isBusy={isBusy}
                onDelete={() => remove(file.id)}
              />
            ))}
          </ul>
        )}
        {list !== null && list.next !== null && (
          <Button disabled={isBusy} onClick={more}>
            {t('files.more')}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function summaryOf(
  { isWhole, count, bytes }: FileList,
  { t, language }: Pick<ReturnType<typeof useTranslation>, 't' | 'language'>,
): string {
  if (count === 0) return t(isWhole ? 'files.none' : 'files.noneOfYours');
  const size = formatBytes(bytes, language);
  return t(isWhole ? 'files.all' : 'files.yours', { count, size });
}

interface FileRowProps {
  readonly file: FileList['files'][number];
  readonly by: string | null;
  readonly isInText: boolean;
  readonly isBusy: boolean;
  readonly onDelete: () => void;
}

function FileRow({ file: { name, size, at }, by, isInText, isBusy, onDelete }: FileRowProps) {
  const { t, language } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  if (isAsking)
    return (
      <li className="flex flex-col gap-2 rounded-box bg-hover p-2">
        <p className="wrap-anywhere">{t('files.question', { name })}</p>
        <span className="flex gap-2">
          <Button autoFocus onClick={() => setAsking(false)}>
            {t('cancel')}
          </Button>
          <Button look="danger" disabled={isBusy} onClick={onDelete}>
            {t('files.delete')}
          </Button>
        </span>
      </li>
    );
  return (
    <li className="flex min-h-11 items-center gap-2.5 px-2">
      <span className="min-w-0 flex-1">
        <span className="block truncate" dir="auto" title={name}>
          {name}
        </span>
        <small className="block truncate text-small text-ink-3">
          {formatBytes(size, language)}
          {by !== null && (
            <>
              {' · '}
              <bdi>{by}</bdi>
            </>
          )}
          {' · '}
          <Moment at={at} />
          {!isInText && ` · ${t('files.notInText')}`}
        </small>
      </span>
      <IconButton
        label={t('files.deleteNamed', { name })}
        icon={Trash2}
        onClick={() => setAsking(true)}
      />
    </li>
  );
}
