/** Mentions in a message that is being written: they keep their user ids while the text around them changes. */
import { fitText, MAX_MENTIONS, type Mention, type User } from '@tandem/protocol';
import { shiftMentions, type MentioningText } from './mentioning-text.ts';

const WITHOUT_SPACES =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const STARTS_WORD = new RegExp(`^(?:[${WITHOUT_SPACES}]|[^\\p{L}\\p{M}\\p{N}]|$)`, 'u');
const ENDS_ANYWHERE = new RegExp(`[${WITHOUT_SPACES}]$`, 'u');

export function applyEdit(
  { text: before, mentions }: MentioningText,
  text: string,
  caret: number,
): MentioningText {
  const shortest = Math.min(before.length, text.length);
  let behind = 0;
  while (
    behind < Math.min(shortest, text.length - caret) &&
    before.at(-1 - behind) === text.at(-1 - behind)
  )
    behind++;
  let ahead = 0;
  while (ahead < shortest - behind && before[ahead] === text[ahead]) ahead++;
  const shift = text.length - before.length;
  const stay = mentions.filter(({ offset, length }) => offset + length <= ahead);
  const move = mentions.filter(({ offset }) => offset >= before.length - behind && offset >= ahead);
  return { text, mentions: [...stay, ...shiftMentions(move, shift)] };
}

export function withPerson(
  written: MentioningText,
  { from, to, person }: { readonly from: number; readonly to: number; readonly person: User },
): MentioningText {
  const name = `@${person.name}`;
  const text = `${written.text.slice(0, from)}${name} ${written.text.slice(to)}`;
  const { mentions } = applyEdit(written, text, from + name.length + 1);
  const mention = { user: person.id, offset: from, length: name.length };
  return {
    text,
    mentions: sortMentions([...mentions.filter((other) => !overlap(other, mention)), mention]),
  };
}

export function withCurrentNames(
  { text, mentions }: MentioningText,
  people: readonly User[],
): MentioningText {
  return mapPieces(text, mentions, (piece, user) =>
    user === null ? piece : nameIn(piece, user, people),
  );
}

/**
 * The text to send: without characters that cannot be stored, without blank lines at the start, and with a mention for
 * every typed name that is unique.
 */
export function toSend(written: MentioningText, people: readonly User[]): MentioningText {
  const storable = mapPieces(written.text, written.mentions, (piece) =>
    fitText(piece, { lines: 'many', maxLength: Infinity }),
  );
  const blank = /^(?:[^\S\n]*\n)*/u.exec(storable.text)?.[0].length ?? 0;
  const text = storable.text.slice(blank).trimEnd();
  const chosen = shiftMentions(storable.mentions, -blank).filter(
    ({ offset, length }) => offset >= 0 && offset + length <= text.length,
  );
  const mentions = sortMentions([...chosen, ...typedMentions(text, chosen, people)]);
  return { text, mentions: mentions.slice(0, MAX_MENTIONS) };
}

/** Mentions for names that a person typed without choosing a suggestion. A shared name mentions nobody. */
function typedMentions(
  text: string,
  chosen: readonly Mention[],
  people: readonly User[],
): readonly Mention[] {
  const longestFirst = people.toSorted((one, other) => other.name.length - one.name.length);
  const found: Mention[] = [];
  for (let at = 0; at < text.length; at++) {
    if (!canMention(text, at)) continue;
    const person = longestFirst.find(({ name }) => isNamed(text, at + 1, name));
    if (person === undefined) continue;
    const mention = { user: person.id, offset: at, length: person.name.length + 1 };
    const isShared = people.some(({ id, name }) => id !== person.id && name === person.name);
    if (!isShared && !chosen.some((other) => overlap(other, mention))) found.push(mention);
    at += person.name.length;
  }
  return found;
}

function isNamed(text: string, at: number, name: string): boolean {
  if (!text.startsWith(name, at)) return false;
  return ENDS_ANYWHERE.test(name) || STARTS_WORD.test(text.slice(at + name.length));
}

function nameIn(piece: string, user: string, people: readonly User[]): string {
  const person = people.find(({ id }) => id === user);
  return person === undefined ? piece : `@${person.name}`;
}

function mapPieces(
  text: string,
  mentions: readonly Mention[],
  change: (piece: string, user: string | null) => string,
): MentioningText {
  let changed = '';
  let end = 0;
  const changedMentions = mentions.map(({ user, offset, length }) => {
    changed += change(text.slice(end, offset), null);
    end = offset + length;
    const name = change(text.slice(offset, end), user);
    const mention = { user, offset: changed.length, length: name.length };
    changed += name;
    return mention;
  });
  return { text: changed + change(text.slice(end), null), mentions: changedMentions };
}

function sortMentions(mentions: readonly Mention[]): readonly Mention[] {
  return mentions.toSorted((one, other) => one.offset - other.offset);
}

function overlap(one: Mention, other: Mention): boolean {
  return one.offset < other.offset + other.length && other.offset < one.offset + one.length;
}

export interface MentionQuery {
  readonly from: number;
  readonly query: string;
}

const MAX_QUERY_LENGTH = 40;

/** Text before an @ that is part of an email address. */
const ADDRESS_BEFORE = /[\p{Script=Latin}\p{Number}._%+-]$/u;
/** Text before an @ inside a link, such as `https://example.org/@ana`. */
const LINK_BEFORE = /[a-z]:\/\/\S*$/iu;

/**
 * Whether an @, or its full-width form, can start a mention. It may directly follow letters of scripts that are
 * written without spaces.
 */
function canMention(text: string, at: number): boolean {
  if (text[at] !== '@' && text[at] !== '＠') return false;
  const before = text.slice(0, at);
  return !ADDRESS_BEFORE.test(before) && !LINK_BEFORE.test(before);
}

/** The query before the caret, which may contain one space; null without one. */
export function mentionQuery(text: string, caret: number): MentionQuery | null {
  const before = text.slice(0, caret);
  const from = Math.max(before.lastIndexOf('@'), before.lastIndexOf('＠'));
  if (from < 0 || !canMention(text, from)) return null;
  const query = before.slice(from + 1);
  if (query.length > MAX_QUERY_LENGTH || /\n|\s\S*\s|^\s/u.test(query)) return null;
  return { from, query };
}
