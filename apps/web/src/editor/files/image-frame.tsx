import { Download, Maximize2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from '../../translation/translation.ts';

import type { FileAttributes, FileBlockActions } from './file-attributes.ts';
import { FileCard } from './file-card.tsx';
import type { EditorFiles } from './editor-files.ts';
import { problemOf } from './file-presence.ts';
import { ImageResizer } from './image-resizer.tsx';
import { Lightbox } from './lightbox.tsx';
import { useKeeping, useLoading } from './image-loading.ts';
import type { OwnUpload } from './use-upload.ts';

interface ImageFrameProps {
  readonly attributes: FileAttributes;
  readonly own: OwnUpload;
  readonly actions: FileBlockActions;
  readonly address: string;
  readonly file: string;
  readonly kept: EditorFiles['kept'];
  readonly isSelected: boolean;
  readonly isEditable: boolean;
}

const PLACEHOLDER_WIDTH = 480;

export function ImageFrame(props: ImageFrameProps) {
  const { attributes, own, actions, address, file, kept, isSelected, isEditable } = props;
  const { t } = useTranslation();
  const { isShown, keptCopy, presence, attempt, onLoad, onError } = useLoading({
    ...{ address, file, kept },
    preview: own.preview,
  });
  useKeeping({ file, kept, own, isShown });
  const [draggedWidth, setDraggedWidth] = useState<number | null>(null);
  const [isEnlarged, setEnlarged] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const { width, height, alt, caption, name, displayWidth } = attributes;
  if (presence === 'other') return <FileCard {...props} />;
  const problem = isShown ? null : problemOf(presence, file);
  const source = own.isKnown ? (own.preview ?? keptCopy ?? `${address}#${attempt}`) : null;
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
              href={keptCopy ?? address}
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
