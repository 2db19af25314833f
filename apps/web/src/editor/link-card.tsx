import type { EditorView } from '@tiptap/pm/view';
import { Copy, ExternalLink, Pencil, Unlink } from 'lucide-react';
import { type ReactNode, type SubmitEvent, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { isComposing } from '../components/keyboard.ts';
import { type Anchor, Floating } from './floating.tsx';
import { insertLink, type LinkRange, removeLink, setLink } from './link-commands.ts';
import type { LinkEditor } from './link-editor.ts';
import { useObservable } from '../runtime/observable.ts';
import { selectionAnchor } from './selection-state.ts';

export interface LinkCardProps {
  readonly view: EditorView;
  readonly links: LinkEditor;
}

export function LinkCard({ view, links }: LinkCardProps): ReactNode {
  const card = useObservable(links.card);
  if (card.kind === 'shown') return <ShownLink view={view} links={links} link={card.link} />;
  if (card.kind === 'editing') return <LinkForm view={view} links={links} {...card} />;
  return null;
}

function ShownLink({ view, links, link }: LinkCardProps & { link: LinkRange }): ReactNode {
  const { t } = useTranslation();
  const anchor = useCallback((): Anchor | null => {
    if (link.to > view.state.doc.content.size) return null;
    const { left, top } = view.coordsAtPos(link.from, 1);
    return { left, top, bottom: view.coordsAtPos(link.to, -1).bottom };
  }, [view, link]);
  const remove = (): void => {
    removeLink(link)(view.state, view.dispatch);
    links.close(view);
  };
  return (
    <Floating
      anchor={anchor}
      side="below"
      className="link-card"
      attributes={{
        role: 'group',
        'aria-label': t('editor.link.label'),
        onMouseEnter: () => links.stay(),
        onMouseLeave: () => links.leave(),
        onMouseDown: (event) => event.preventDefault(),
      }}
    >
      <a href={link.href} target="_blank" rel="noopener noreferrer" title={link.href}>
        {link.href.replace(/^(https?:\/\/|mailto:)/, '')}
      </a>
      <Action
        label={t('editor.link.open')}
        run={() => window.open(link.href, '_blank', 'noopener,noreferrer')}
        icon={<ExternalLink size={15} aria-hidden />}
      />
      <Action
        label={t('editor.link.copy')}
        run={() => void navigator.clipboard?.writeText(link.href)}
        icon={<Copy size={15} aria-hidden />}
      />
      {view.editable && (
        <Action
          label={t('editor.link.edit')}
          run={() => links.edit(view, link)}
          icon={<Pencil size={15} aria-hidden />}
        />
      )}
      {view.editable && (
        <Action
          label={t('editor.link.remove')}
          run={remove}
          icon={<Unlink size={15} aria-hidden />}
        />
      )}
    </Floating>
  );
}

function Action({
  label,
  run,
  icon,
}: {
  label: string;
  run: () => void;
  icon: ReactNode;
}): ReactNode {
  return (
    <button type="button" aria-label={label} title={label} onClick={run}>
      {icon}
    </button>
  );
}

function LinkForm({
  view,
  links,
  href,
  asksForWords,
}: LinkCardProps & { href: string; asksForWords: boolean }): ReactNode {
  const { t } = useTranslation();
  const [value, setValue] = useState(href);
  const [words, setWords] = useState('');
  const [refused, setRefused] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const anchor = useCallback(() => selectionAnchor(view), [view]);
  useEffect(() => {
    if (!asksForWords) input.current?.select();
  }, [asksForWords]);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { from, to } = view.state.selection;
    const command = asksForWords
      ? insertLink(words.trim() || value, value)
      : value.trim() === ''
        ? removeLink({ from, to })
        : setLink({ from, to }, value);
    const done = command(view.state, view.dispatch);
    setRefused(!done);
    if (done) links.close(view);
  };

  return (
    <Floating anchor={anchor} side="below" className="link-card">
      <form
        onSubmit={submit}
        onKeyDown={({ key, nativeEvent }) =>
          key === 'Escape' && !isComposing(nativeEvent) && links.close(view)
        }
        onBlur={(event) =>
          !event.currentTarget.contains(event.relatedTarget) &&
          event.relatedTarget &&
          links.close(view)
        }
      >
        {asksForWords && (
          <input
            type="text"
            autoComplete="off"
            autoFocus
            aria-label={t('editor.link.words')}
            placeholder={t('editor.link.words')}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        )}
        <input
          ref={input}
          type="text"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          aria-label={t('editor.link.address')}
          aria-invalid={refused}
          placeholder={t('editor.link.placeholder')}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <button type="submit">{t('editor.link.save')}</button>
        {refused && <p role="alert">{t('editor.link.refused')}</p>}
      </form>
    </Floating>
  );
}
