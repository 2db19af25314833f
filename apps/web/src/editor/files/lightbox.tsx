import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from '../../translation/translation.ts';

interface LightboxProps {
  readonly source: string;
  readonly words: string;
  readonly onClose: () => void;
}

/** An image as large as the window allows. A click, Escape or the button closes it. */
export function Lightbox({ source, words, onClose }: LightboxProps) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return createPortal(
    // The keyboard closes it by Escape and by the button.
    <dialog
      ref={dialog}
      className="file-lightbox"
      aria-label={words || t('editor.files.image')}
      onClose={onClose}
      onClick={() => dialog.current?.close()}
    >
      <img src={source} alt={words} />
      <button type="button" aria-label={t('close')} onClick={() => dialog.current?.close()}>
        <X aria-hidden size={20} strokeWidth={1.75} />
      </button>
    </dialog>,
    document.body,
  );
}
