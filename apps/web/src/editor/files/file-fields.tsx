import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from '../../translation/translation.ts';

import type { FileAttributes, FileBlockActions } from './file-attributes.ts';

interface FileFieldsProps {
  readonly attributes: FileAttributes;
  readonly kind: 'image' | 'file';
  readonly isSelected: boolean;
  readonly isEditable: boolean;
  readonly actions: FileBlockActions;
}

const MAX_LENGTH = 1_000;

/** The caption, and the alternative text of an image while someone is at it. */
export function FileFields({ attributes, kind, isSelected, isEditable, actions }: FileFieldsProps) {
  const { t } = useTranslation();
  const [isFocused, setFocused] = useState(false);
  const { caption, alt } = attributes;
  const isOpen = isEditable && (isSelected || isFocused);
  if (!isOpen && caption === null) return null;
  if (!isEditable) return <figcaption dir="auto">{caption}</figcaption>;
  return (
    <figcaption onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}>
      <Field
        className="file-caption"
        value={caption}
        label={t('editor.files.caption')}
        placeholder={t('editor.files.captionHint')}
        onChange={(text) => actions.set('caption', text)}
        onLeave={actions.leave}
      />
      {isOpen && kind === 'image' && (
        <span className="file-alt-row">
          <span aria-hidden>{t('editor.files.altShort')}</span>
          <Field
            className="file-alt"
            value={alt}
            label={t('editor.files.alt')}
            placeholder={t('editor.files.altHint')}
            onChange={(text) => actions.set('alt', text)}
            onLeave={actions.leave}
          />
        </span>
      )}
    </figcaption>
  );
}

interface FieldProps {
  readonly className: string;
  readonly value: string | null;
  readonly label: string;
  readonly placeholder: string;
  readonly onChange: (text: string | null) => void;
  readonly onLeave: () => void;
}

/** What is typed is in the text after a pause, and when the field is left. */
const PAUSE_MS = 800;

function Field({ className, value, label, placeholder, onChange, onLeave }: FieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ typed, onChange });
  latest.current = { typed, onChange };
  const commit = (): void => {
    clearTimeout(timer.current);
    const text = latest.current.typed;
    if (text === null) return;
    setTyped(null);
    latest.current.onChange(text.trim() === '' ? null : text.trim());
  };
  const commitLatest = useRef(commit);
  commitLatest.current = commit;
  useEffect(() => () => commitLatest.current(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    if (event.nativeEvent.isComposing) return;
    event.preventDefault();
    commit();
    onLeave();
  };
  return (
    <input
      className={className}
      dir="auto"
      value={typed ?? value ?? ''}
      maxLength={MAX_LENGTH}
      aria-label={label}
      placeholder={placeholder}
      onChange={({ target }) => {
        setTyped(target.value);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          const text = latest.current.typed?.trim() ?? '';
          latest.current.onChange(text === '' ? null : text);
        }, PAUSE_MS);
      }}
      onBlur={commit}
      onKeyDown={onKeyDown}
    />
  );
}
