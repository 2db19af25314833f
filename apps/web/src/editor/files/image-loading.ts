/** Loads an image from the server, or shows what this device has of it, and keeps it for when there is no network. */
import { useEffect, useRef, useState } from 'react';

import type { EditorFiles } from './editor-files.ts';
import {
  findFilePresence,
  isAskedAgain,
  retryDelayMs,
  type FilePresence,
} from './file-presence.ts';
import type { OwnUpload } from './use-upload.ts';

interface LoadingOptions {
  readonly address: string;
  readonly file: string;
  /** What this device sends; null: the server has it. */
  readonly preview: string | null;
  readonly kept: EditorFiles['kept'];
}

/** An image that did not load may be uploaded later, or the server may be out of reach: it is tried again. */
export function useLoading({ address, file, preview, kept }: LoadingOptions) {
  const [loaded, setLoaded] = useState<string | null>(null);
  const [presence, setPresence] = useState<FilePresence | null>(null);
  const [attempt, setAttempt] = useState(0);
  const wasThere = useRef(false);
  const keptCopy = useKeptCopy({ file, kept, isNeeded: presence === 'unreachable' });
  const source = preview ?? keptCopy ?? address;
  useEffect(() => {
    if (!isAskedAgain(presence)) return;
    // What this device has stays until there is a network again.
    const again = () => (keptCopy === null ? setAttempt((count) => count + 1) : setPresence(null));
    const timer = keptCopy === null ? setTimeout(again, retryDelayMs(attempt)) : undefined;
    addEventListener('online', again);
    return () => {
      clearTimeout(timer);
      removeEventListener('online', again);
    };
  }, [presence, attempt, keptCopy]);
  return {
    isShown: loaded === source,
    keptCopy,
    presence,
    attempt,
    onLoad: () => {
      setLoaded(source);
      if (keptCopy === null) setPresence(null);
    },
    onError: () => {
      // What this device cannot show may still be a good file.
      if (preview !== null) setPresence('other');
      else if (keptCopy !== null)
        void kept().then((images) => {
          images.forget(file);
          setPresence(null);
        });
      else
        void findFilePresence(address).then((found) => {
          if (found === 'absent' || found === 'deleted')
            void kept().then((images) => images.forget(file));
          if (found !== 'image') return setPresence(found);
          // It may have come between the two requests; an image that fails once more is a broken one.
          if (wasThere.current) return setPresence('other');
          wasThere.current = true;
          setAttempt((count) => count + 1);
        });
    },
  };
}

interface KeptCopyOptions extends Pick<LoadingOptions, 'file' | 'kept'> {
  readonly isNeeded: boolean;
}

/** The address of what this device has kept; null while there is nothing, or while it is not needed. */
function useKeptCopy({ file, kept, isNeeded }: KeptCopyOptions): string | null {
  const [copy, setCopy] = useState<string | null>(null);
  useEffect(() => {
    if (!isNeeded) return;
    let url: string | null = null;
    let isCurrent = true;
    const find = async (): Promise<void> => {
      const blob = await (await kept()).find(file);
      if (blob === null || !isCurrent) return;
      url = URL.createObjectURL(blob);
      setCopy(url);
    };
    void find();
    return () => {
      isCurrent = false;
      setCopy(null);
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [file, kept, isNeeded]);
  return copy;
}

interface KeepingOptions extends Pick<LoadingOptions, 'file' | 'kept'> {
  readonly own: OwnUpload;
  readonly isShown: boolean;
}

/** Also what is further down the page, unless the person saves data. */
export function useKeeping({ file, kept, own, isShown }: KeepingOptions): void {
  const { uploads, state } = own;
  const isWanted = uploads !== null && state === null && (isShown || !savesData());
  useEffect(() => {
    if (isWanted)
      void kept().then((images) => images.keep(file, { blob: uploads.blob(file), isShown }));
  }, [isWanted, isShown, uploads, kept, file]);
}

function savesData(): boolean {
  const { connection } = navigator as { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}
