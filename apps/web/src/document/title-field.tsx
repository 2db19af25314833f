import { MAX_TITLE_LENGTH } from '@tandem/protocol';
import { useLocation } from '@tanstack/react-router';
import {
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
} from 'react';
import { useTranslation } from 'react-i18next';
import { isComposing } from '../components/keyboard.ts';
import { TextArea } from '../components/text-area.tsx';
import { useServices } from '../session/services.ts';
import { isCatching, stopCatching, takeTyping } from '../components/typed-ahead.ts';
import type { DocumentFacts } from './use-document-facts.ts';

const ID = 'title';
/** A pause in typing after which the new title goes to everyone. */
const COMMIT_AFTER_MS = 400;

interface TitleFieldProps {
  readonly facts: DocumentFacts;
  /** Goes on into the text. */
  readonly onLeave: () => void;
  /** More was typed than the title, before the field was there. */
  readonly onTypedAhead: (text: string) => void;
}

/** The title, where it stands. It is shown to everyone as it is written; what others write shows when one is not in it. */
export function TitleField({ facts, onLeave, onTypedAhead }: TitleFieldProps) {
  const { t } = useTranslation();
  const { draft, change, commit } = useTitleDraft(facts);
  const readOnly = facts.access === 'view';
  const isNew = useLocation({ select: ({ state }) => state.isNew === true });

  const field = useRef<HTMLTextAreaElement>(null);
  const takeOver = useEffectEvent(() =>
    takeTyping((text, hasFocus) => {
      const [line = '', ...more] = text.split('\n');
      if (line !== '') change(line.slice(0, MAX_TITLE_LENGTH));
      if (more.length > 0) {
        commit();
        onTypedAhead(more.join('\n'));
      } else if (hasFocus) {
        field.current?.focus();
      }
    }),
  );
  useLayoutEffect(() => {
    if (isNew) takeOver();
    else stopCatching();
  }, [isNew]);

  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event.nativeEvent)) return;
    const { selectionStart, value } = event.currentTarget;
    if (event.key !== 'Enter' && !(event.key === 'ArrowDown' && selectionStart === value.length))
      return;
    event.preventDefault();
    commit();
    onLeave();
  };
  return (
    <h1 className="grid text-[28px] leading-9 font-[650] tracking-[-0.022em] phone:text-[34px] phone:leading-10.5">
      {/* The same text behind the field gives it its height. */}
      <span
        aria-hidden
        className="invisible col-start-1 row-start-1 wrap-anywhere whitespace-pre-wrap"
      >
        {draft || t('untitled')}{' '}
      </span>
      <TextArea
        ref={field}
        id={ID}
        rows={1}
        value={draft}
        readOnly={readOnly}
        autoFocus={isNew && facts.title === '' && !isCatching()}
        maxLength={MAX_TITLE_LENGTH}
        placeholder={t('untitled')}
        aria-label={t('titleLabel')}
        autoComplete="off"
        onChange={({ target }) => change(target.value.replace(/\s*\n\s*/gu, ' '))}
        onBlur={commit}
        onKeyDown={press}
        className="col-start-1 row-start-1 w-full resize-none overflow-hidden bg-transparent wrap-anywhere outline-none"
      />
    </h1>
  );
}

export function focusTitle(): void {
  // After the menu that asked for it has closed and given the focus back.
  requestAnimationFrame(() => {
    const field = document.getElementById(ID);
    if (!(field instanceof HTMLTextAreaElement)) return;
    field.focus();
    field.select();
  });
}

interface TitleDraft {
  readonly draft: string;
  readonly change: (title: string) => void;
  readonly commit: () => void;
}

function useTitleDraft({ id, title }: DocumentFacts): TitleDraft {
  const { client } = useServices();
  /** What is in the field and not yet on its way. */
  const [draft, setDraft] = useState<string | null>(null);
  const latest = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const commit = () => {
    clearTimeout(timer.current);
    const next = latest.current;
    if (next === null) return;
    latest.current = null;
    setDraft(null);
    if (next !== title)
      client.commands.run({ name: 'document:rename', input: { document: id, title: next } });
  };
  const change = (next: string) => {
    latest.current = next;
    setDraft(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => last.current(), COMMIT_AFTER_MS);
  };
  const last = useRef(commit);
  last.current = commit;
  useEffect(() => {
    const leaving = () => last.current();
    addEventListener('pagehide', leaving);
    return () => {
      removeEventListener('pagehide', leaving);
      leaving();
    };
  }, []);
  return { draft: draft ?? title, change, commit };
}
