import type { DifferenceBlock } from '@tandem/document/history';
import type { User } from '@tandem/protocol';
import { useEffect, useState, type CSSProperties } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { personColor } from '../components/avatar.tsx';
import { formatLocale } from '../languages/i18n.ts';
import type { HistoryPeople } from './history-people.ts';

/** The attribute of a text that names the Yjs client of its author. */
export const AUTHOR_ATTRIBUTE = 'data-author';

interface AuthorsLegendProps {
  readonly blocks: readonly DifferenceBlock[];
  readonly people: HistoryPeople;
}

interface Share {
  readonly person: User | null;
  readonly letters: number;
}

/** Who wrote the page, or the words that are selected in it. */
export function AuthorsLegend({ blocks, people }: AuthorsLegendProps) {
  const { t, language } = useTranslation();
  const selected = useSelectedLetters();
  const letters = selected ?? lettersOf(blocks);
  const shares = sharesOf(letters, people);
  const total = shares.reduce((sum, share) => sum + share.letters, 0);
  const percent = new Intl.NumberFormat(formatLocale(language), { style: 'percent' });
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-4 gap-y-1 pt-3 text-small text-ink-2"
    >
      <span className="text-ink-3">
        {selected === null ? t('history.authorsAll') : t('history.authorsSelected')}
      </span>
      {shares.map(({ person, letters: count }) => (
        <span key={person?.id ?? ''} className="inline-flex items-center gap-1.5">
          <span
            aria-hidden
            className="size-2.5 rounded-full bg-(--person)"
            style={styleOf(person)}
          />
          <bdi>{person?.name ?? t('history.someone')}</bdi>
          <span className="text-ink-3 tabular-nums">{percent.format(count / total)}</span>
        </span>
      ))}
    </div>
  );
}

function styleOf(person: User | null): CSSProperties {
  const color = person === null ? 'var(--ink-3)' : personColor(person.color);
  return { '--person': color } as CSSProperties;
}

type Letters = ReadonlyMap<number, number>;

function lettersOf(blocks: readonly DifferenceBlock[]): Letters {
  const letters = new Map<number, number>();
  for (const { runs } of blocks)
    for (const { author, text } of runs) add(letters, author, text.length);
  return letters;
}

function sharesOf(letters: Letters, people: HistoryPeople): Share[] {
  const shares = new Map<string, Share>();
  for (const [client, count] of letters) {
    const person = people.ofClient(client);
    const key = person?.id ?? '';
    shares.set(key, { person, letters: (shares.get(key)?.letters ?? 0) + count });
  }
  return [...shares.values()].toSorted((a, b) => b.letters - a.letters);
}

/** Null while nothing is selected. */
function useSelectedLetters(): Letters | null {
  const [letters, setLetters] = useState<Letters | null>(null);
  useEffect(() => {
    const read = () => setLetters(selectedLetters());
    document.addEventListener('selectionchange', read);
    return () => document.removeEventListener('selectionchange', read);
  }, []);
  return letters;
}

function selectedLetters(): Letters | null {
  const selection = document.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const letters = new Map<number, number>();
  const count = (element: Element, length: number) =>
    add(letters, Number(element.getAttribute(AUTHOR_ATTRIBUTE)), length);
  const around = range.commonAncestorContainer.parentElement?.closest(`[${AUTHOR_ATTRIBUTE}]`);
  if (around != null) count(around, range.toString().length);
  else
    for (const element of range.cloneContents().querySelectorAll(`[${AUTHOR_ATTRIBUTE}]`))
      count(element, element.textContent.length);
  return letters.size === 0 ? null : letters;
}

function add(letters: Map<number, number>, author: number, length: number): void {
  if (length > 0) letters.set(author, (letters.get(author) ?? 0) + length);
}
