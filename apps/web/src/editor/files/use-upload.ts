import { useEffect, useState, useSyncExternalStore } from 'react';

import type { EditorFiles, FileUploads, UploadState } from './editor-files.ts';

export interface OwnUpload {
  /** Null until its code is loaded. */
  readonly uploads: FileUploads | null;
  readonly state: UploadState | null;
  /** False until it is known whether this device has the file: the server is not asked before. */
  readonly isKnown: boolean;
  /** What this device has of the file, as an address for an image. */
  readonly preview: string | null;
}

/** What this device sends, or has sent since the page was opened. */
export function useUpload(files: EditorFiles, file: string): OwnUpload {
  const [uploads, setUploads] = useState<FileUploads | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void files.uploads().then((loaded) => isCurrent && setUploads(loaded));
    return () => {
      isCurrent = false;
    };
  }, [files]);
  const state = useSyncExternalStore(
    (listener) => uploads?.subscribe(listener) ?? (() => undefined),
    () => uploads?.get(file) ?? null,
  );
  const blob = useSyncExternalStore(
    (listener) => uploads?.subscribe(listener) ?? (() => undefined),
    () => uploads?.blob(file) ?? null,
  );
  const [preview, setPreview] = useState<string | null>(null);
  useEffect(() => {
    if (blob === null) return;
    const url = URL.createObjectURL(blob);
    setPreview(url);
    return () => {
      setPreview(null);
      URL.revokeObjectURL(url);
    };
  }, [blob]);
  const isKnown = uploads !== null && (blob === null) === (preview === null);
  return { uploads, state, isKnown, preview };
}
