import { hasVisibleText, MAX_MESSAGE_TEXT_LENGTH } from '@tandem/protocol';
import { ArrowUp, X } from 'lucide-react';
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { useMedia } from '../components/browser-state.ts';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { isComposing } from '../components/keyboard.ts';
import { TextArea } from '../components/text-area.tsx';
import { currentText, type MessageDraft } from './message-drafts.ts';
import { spokenAuthor } from './spoken-author.ts';
import type { ChatPerson } from './chat-people.ts';
import { suggestionsFor } from './mention-suggestions.ts';
import { type MentioningText } from './mentioning-text.ts';
import {
  mentionQuery,
  applyEdit,
  withCurrentNames,
  withPerson,
  type MentionQuery,
} from './mentions.ts';

const MAX_HEIGHT_PX = 160;

interface ComposerProps {
  readonly draft: MessageDraft;
  /** What the field is for. */
  readonly label: string;
  readonly write: (text: MentioningText) => void;
  readonly people: readonly ChatPerson[];
  readonly me: string | null;
  readonly formatTime: (at: number) => string;
  readonly onSend: () => void;
  readonly onCancel: () => void;
  readonly onEditLast: () => void;
  readonly onTouch: () => void;
}

/**
 * The field for a message: Enter sends, Shift-Enter breaks the line, @ mentions a person. Touch keyboards have no
 * Shift-Enter, so there Enter breaks the line and the button sends.
 */
export function Composer(props: ComposerProps) {
  const { draft, label, write, people, me, formatTime, onSend, onCancel, onEditLast, onTouch } =
    props;
  const { t } = useTranslation();
  const isTouched = useMedia('(pointer: coarse)');
  const shown = currentText(draft);
  const { text } = shown;
  const list = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const caretAfter = useRef<number | null>(null);
  const [mention, setMention] = useState<MentionQuery | null>(null);
  const [chosen, setChosen] = useState(0);
  const others = people.filter(({ id }) => id !== me);
  const suggestions =
    mention === null ? [] : suggestionsFor(mention.query, { people: others, t, formatTime });
  // A refused message that returned to the draft may exceed the limit.
  const isReady = hasVisibleText(text) && text.length <= MAX_MESSAGE_TEXT_LENGTH;

  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, MAX_HEIGHT_PX)}px`;
    // With the text, not in a later frame: the next letter may be typed before that.
    const caret = caretAfter.current;
    caretAfter.current = null;
    if (caret !== null) element.setSelectionRange(caret, caret);
  }, [text]);
  const draftId = (draft.edit?.message ?? draft.replyTo)?.id;
  useEffect(() => {
    if (draftId !== undefined) field.current?.focus();
  }, [draftId]);

  const updateMention = ({ value, selectionStart }: HTMLTextAreaElement) => {
    caretAfter.current = null;
    setMention(mentionQuery(value, selectionStart));
    setChosen(0);
  };
  const insertMention = (person: ChatPerson) => {
    if (mention === null) return;
    const { from, query } = mention;
    caretAfter.current = from + person.name.length + 2;
    write(withPerson(shown, { from, to: from + 1 + query.length, person }));
    setMention(null);
  };
  const send = () => {
    setMention(null);
    onSend();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    const suggestion = suggestions[chosen];
    if (suggestion !== undefined && ['ArrowDown', 'ArrowUp', 'Enter', 'Tab'].includes(event.key)) {
      event.preventDefault();
      if (event.key === 'ArrowDown') setChosen((chosen + 1) % suggestions.length);
      else if (event.key === 'ArrowUp')
        setChosen((chosen + suggestions.length - 1) % suggestions.length);
      else insertMention(suggestion.person);
    } else if (event.key === 'Enter' && !event.shiftKey && !isTouched) {
      event.preventDefault();
      if (isReady) send();
    } else if (event.key === 'Escape' && (mention !== null || draftId !== undefined)) {
      event.stopPropagation();
      if (mention === null) onCancel();
      else setMention(null);
    } else if (event.key === 'ArrowUp' && text === '') {
      event.preventDefault();
      onEditLast();
    }
  };
  return (
    <div className="relative">
      {suggestions.length > 0 && (
        <ul
          role="listbox"
          id={list}
          aria-label={t('chat.people')}
          className="floats absolute inset-x-0 bottom-full mb-1.5 p-1.25"
        >
          {suggestions.map(({ person, detail }, index) => (
            <li
              key={person.id}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className={classNames(
                'flex h-9 cursor-pointer items-center gap-2 rounded-[5px] px-2 text-ui',
                index === chosen && 'bg-hover',
              )}
              // Keeps the focus in the field.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => insertMention(person)}
            >
              <Avatar name={person.name} color={person.color} />
              <span className="min-w-0 truncate">{person.name}</span>
              {detail !== '' && (
                <span className="min-w-0 flex-1 truncate text-small text-ink-3">{detail}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      {draftId !== undefined && <DraftContext draft={draft} people={people} onCancel={onCancel} />}
      <div className="flex items-end gap-1 rounded-box border border-line-strong bg-raise p-1 focus-within:outline-2 focus-within:outline-accent">
        <TextArea
          ref={field}
          rows={1}
          value={text}
          maxLength={MAX_MESSAGE_TEXT_LENGTH}
          placeholder={label}
          aria-label={label}
          enterKeyHint={isTouched ? 'enter' : 'send'}
          aria-controls={suggestions.length > 0 ? list : undefined}
          aria-activedescendant={suggestions.length > 0 ? `${list}-${chosen}` : undefined}
          onChange={({ target }) => {
            write(applyEdit(shown, target.value, target.selectionEnd));
            updateMention(target);
            if (hasVisibleText(target.value)) onTouch();
          }}
          onSelect={({ currentTarget }) => updateMention(currentTarget)}
          onBlur={() => setMention(null)}
          onKeyDown={onKeyDown}
          className="min-w-0 flex-1 resize-none bg-transparent px-2 py-1.25 text-base outline-none pointer-coarse:text-read"
        />
        <IconButton
          label={t(draft.edit === null ? 'chat.send' : 'chat.save')}
          icon={ArrowUp}
          disabled={!isReady}
          onClick={send}
        />
      </div>
    </div>
  );
}

function DraftContext({
  draft,
  people,
  onCancel,
}: {
  readonly draft: MessageDraft;
  readonly people: readonly ChatPerson[];
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="mb-1 flex items-center gap-2 pl-1 text-small text-ink-2">
      <p className="min-w-0 flex-1 truncate">
        {draft.edit !== null ? (
          t('chat.editing')
        ) : (
          <>
            {draft.replyTo !== null && (
              <>
                <b className="font-medium">
                  {t('chat.replyingTo', { name: spokenAuthor(draft.replyTo, t) })}
                </b>{' '}
                {withCurrentNames(draft.replyTo, people).text}
              </>
            )}
          </>
        )}
      </p>
      <IconButton label={t('cancel')} icon={X} onClick={onCancel} />
    </div>
  );
}
