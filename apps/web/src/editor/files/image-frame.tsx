import { Download, Maximize2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '../../translation/translation.ts';

import type { FileAttributes, FileBlockActions } from './file-attributes.ts';
import { FileCard } from './file-card.tsx';
import { findFilePresence, type FilePresence, problemOf, retryDelayMs } from './file-presence.ts';
import { ImageResizer } from './image-resizer.tsx';
import { Lightbox } from './lightbox.tsx';
import type { OwnUpload } from './use-upload.ts';

interface ImageFrameProps {
  readonly attributes: FileAttributes;
  readonly own: OwnUpload;
  readonly actions: FileBlockActions;
  readonly address: string;
  readonly file: string;
  readonly isSelected: boolean;
  readonly isEditable: boolean;
}

const PLACEHOLDER_WIDTH = 480;

export function ImageFrame(props: ImageFrameProps) {
  const { attributes, own, actions, address, file, isSelected, isEditable } = props;
  const { t } = useTranslation();
  const { isShown, presence, attempt, onLoad, onError } = useLoading(address, own.preview);
  const [draggedWidth, setDraggedWidth] = useState<number | null>(null);
  const [isEnlarged, setEnlarged] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const { width, height, alt, caption, name, displayWidth } = attributes;
  if (presence === 'other') return <FileCard {...props} />;
  const problem = isShown ? null : problemOf(presence, file);
  const source = own.isKnown ? (own.preview ?? `${address}#${attempt}`) : null;
  const shownWidth = draggedWidth ?? displayWidth ?? width ?? (isShown ? null : PLACEHOLDER_WIDTH);
  const words = alt ?? caption ?? '';
  return (
    <div
      ref={frame}
      className="file-frame"
      data-state={isShown ? 'shown' : (presence ?? 'loading')}
      style={{
        ...(shownWidth !== null && { width: shownWidth }),
        ...(width !== null && height !== null
          ? { aspectRatio: `${width} / ${height}` }
          : !isShown && { aspectRatio: '16 / 9' }),
      }}
    >
      {source !== null && (
        // Without a pointer, the button enlarges it.
        <img
          key={source}
          src={source}
          alt={words}
          loading="lazy"
          decoding="async"
          draggable={false}
          onLoad={onLoad}
          onError={onError}
          onDoubleClick={() => setEnlarged(true)}
          onClick={() => !isEditable && setEnlarged(true)}
        />
      )}
      {problem !== null && own.state === null && (
        <p className="file-problem">{t(`editor.files.problem.${problem}`)}</p>
      )}
      {isShown && (
        <div className="file-tools">
          <button
            type="button"
            aria-label={t('editor.files.enlarge')}
            title={t('editor.files.enlarge')}
            onClick={() => setEnlarged(true)}
          >
            <Maximize2 aria-hidden size={15} strokeWidth={1.75} />
          </button>
          {own.state === null && (
            <a
              href={address}
              download={name ?? ''}
              aria-label={t('editor.files.download')}
              title={t('editor.files.download')}
            >
              <Download aria-hidden size={15} strokeWidth={1.75} />
            </a>
          )}
        </div>
      )}
      {isShown && isEditable && (
        <ImageResizer
          frame={frame}
          isSelected={isSelected}
          onDrag={setDraggedWidth}
          onResize={(next) => {
            setDraggedWidth(null);
            actions.set('displayWidth', next);
          }}
        />
      )}
      {isEnlarged && source !== null && (
        <Lightbox source={source} words={words || name || ''} onClose={() => setEnlarged(false)} />
      )}
    </div>
  );
}

/** An image that did not load may be uploaded later, or the server may be out of reach: it is tried again. */
function useLoading(address: string, preview: string | null) {
  const [loaded, setLoaded] = useState<string | null>(null);
  const [presence, setPresence] = useState<FilePresence | null>(null);
  const [attempt, setAttempt] = useState(0);
  const wasThere = useRef(false);
  const source = preview ?? address;
  useEffect(() => {
    if (presence === null || presence === 'other' || presence === 'deleted') return;
    const again = () => setAttempt((count) => count + 1);
    const timer = setTimeout(again, retryDelayMs(attempt));
    addEventListener('online', again);
    return () => {
      clearTimeout(timer);
      removeEventListener('online', again);
    };
  }, [presence, attempt]);
  return {
    isShown: loaded === source,
    presence,
    attempt,
    onLoad: () => {
      setLoaded(source);
      setPresence(null);
    },
    onError: () => {
      // What this device cannot show may still be a good file.
      if (preview !== null) setPresence('other');
      else
        void findFilePresence(address).then((found) => {
          if (found !== 'image') return setPresence(found);
          // It may have come between the two requests; an image that fails once more is a broken one.
          if (wasThere.current) return setPresence('other');
          wasThere.current = true;
          setAttempt((count) => count + 1);
        });
    },
  };
}
