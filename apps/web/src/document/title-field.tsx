import { MAX_TITLE_LENGTH, truncateText } from '@tandem/protocol';
import {
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
} from 'react';
import { useTranslation } from '../translation/translation.ts';
import { isComposing } from '../components/keyboard.ts';
import { TextArea } from '../components/text-area.tsx';
import { isCatching, stopCatching, takeTyping } from '../components/typed-ahead.ts';
import { useShownPlace } from '../navigation/current-screen.tsx';
import { useServices } from '../session/services.ts';
import type { DocumentFacts } from './use-document-facts.ts';

const ID = 'title';
const COMMIT_AFTER_MS = 400;

interface TitleFieldProps {
  readonly facts: DocumentFacts;
  readonly onLeave: () => void;
  readonly onTypedAhead: (text: string) => void;
}

/**
 * The title of the document, editable in place. Others see it change while it is typed; their changes show while this
 * field has no draft.
 */
export function TitleField({ facts, onLeave, onTypedAhead }: TitleFieldProps) {
  const { t } = useTranslation();
  const { draft, change, commit } = useTitleDraft(facts);
  const readOnly = facts.access !== 'edit';
  const isNew = useShownPlace().state.isNew === true;

  const field = useRef<HTMLTextAreaElement>(null);
  const takeOver = useEffectEvent(() =>
    takeTyping((text, hasFocus) => {
      const [line = '', ...more] = text.split('\n');
      if (line !== '') change(truncateText(line, MAX_TITLE_LENGTH));
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
  // After the closing menu has restored the focus.
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
    const leave = () => last.current();
    const hide = () => document.visibilityState === 'hidden' && leave();
    addEventListener('pagehide', leave);
    // Of a hidden page, a phone may give no other notice.
    document.addEventListener('visibilitychange', hide);
    return () => {
      removeEventListener('pagehide', leave);
      document.removeEventListener('visibilitychange', hide);
      leave();
    };
  }, []);
  return { draft: draft ?? title, change, commit };
}
