import {
  Download,
  File,
  FileArchive,
  FileAudio,
  FileImage,
  FileText,
  FileVideo,
} from 'lucide-react';
import { useTranslation } from '../../translation/translation.ts';

import { fileExtension, formatBytes } from './file-words.ts';
import type { FileAttributes } from './file-attributes.ts';
import { problemOf, useFilePresence } from './file-presence.ts';
import type { OwnUpload } from './use-upload.ts';

interface FileCardProps {
  readonly attributes: FileAttributes;
  readonly own: OwnUpload;
  readonly address: string;
  readonly file: string;
}

const ICONS = [
  [/^(?:png|jpe?g|gif|webp|avif|svg|heic|tiff?|bmp)$/, FileImage],
  [/^(?:pdf|docx?|odt|rtf|txt|md|pages)$/, FileText],
  [/^(?:zip|gz|tgz|bz2|xz|7z|rar|tar)$/, FileArchive],
  [/^(?:mp3|m4a|wav|ogg|flac)$/, FileAudio],
  [/^(?:mp4|mov|webm|mkv|avi)$/, FileVideo],
] as const;

/** A file that is not shown in the page: its name, its type and size, and a way to get it. */
export function FileCard({ attributes, own, address, file }: FileCardProps) {
  const { t, language } = useTranslation();
  const isOwn = own.state !== null || !own.isKnown;
  const presence = useFilePresence(address, isOwn ? 'not-asked' : 'asked');
  const problem = isOwn ? null : problemOf(presence, file);
  const name = attributes.name ?? t('editor.files.unnamed');
  const extension = fileExtension(name);
  const Icon = ICONS.find(([pattern]) => pattern.test(extension))?.[1] ?? File;
  const facts = [
    extension.toUpperCase(),
    attributes.size === null ? '' : formatBytes(attributes.size, language),
    problem === null ? '' : t(`editor.files.problem.${problem}`),
  ].filter((fact) => fact !== '');
  return (
    <div className="file-card">
      <Icon aria-hidden size={22} strokeWidth={1.5} />
      <span className="file-card-words">
        <span className="file-card-name" dir="auto" title={name}>
          {name}
        </span>
        <small>{facts.join(' · ')}</small>
      </span>
      {!isOwn && problem === null && (
        <a
          className="file-card-download"
          href={address}
          download={name}
          aria-label={t('editor.files.downloadNamed', { name })}
          title={t('editor.files.download')}
        >
          <Download aria-hidden size={17} strokeWidth={1.75} />
        </a>
      )}
    </div>
  );
}
