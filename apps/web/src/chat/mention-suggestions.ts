import type { Translate } from '../translation/translation.ts';
import type { ChatPerson } from './chat-people.ts';

const MAX_SUGGESTIONS = 5;

export interface MentionSuggestion {
  readonly person: ChatPerson;
  readonly detail: string;
}

export interface SuggestionOptions {
  readonly people: readonly ChatPerson[];
  readonly t: Translate;
  readonly formatTime: (at: number) => string;
}

export function suggestionsFor(
  query: string,
  { people, t, formatTime }: SuggestionOptions,
): readonly MentionSuggestion[] {
  const wanted = folded(query);
  const found = people.filter(({ name }) =>
    folded(name)
      .split(/\s+/u)
      .some((_, index, words) => words.slice(index).join(' ').startsWith(wanted)),
  );
  const details = (person: ChatPerson) =>
    [
      person.isHere ? t('chat.person.here') : null,
      person.role === null ? null : t(`chat.person.${person.role}`),
      person.spokeAt === null ? null : t('chat.person.spoke', { time: formatTime(person.spokeAt) }),
    ]
      .filter((fact) => fact !== null)
      .join(' · ');
  return found.slice(0, MAX_SUGGESTIONS).map((person) => {
    const namesakes = people.filter(
      ({ id, name }) => id !== person.id && folded(name) === folded(person.name),
    );
    if (namesakes.length === 0) return { person, detail: '' };
    const facts = details(person);
    const isAlike = namesakes.some((other) => details(other) === facts);
    return { person, detail: isAlike ? `${facts} #${person.id.slice(-4)}`.trim() : facts };
  });
}

function folded(name: string): string {
  return name.normalize('NFKC').toLocaleLowerCase();
}
