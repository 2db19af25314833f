import type { NotificationKind } from '@tandem/protocol';
import { isolated, nameList } from '../languages/names.ts';
import type { TextKey, Translation } from '../translation/translation.ts';
import type { NotificationGroup } from './notification-groups.ts';

const SENTENCES = {
  mention: 'notifications.mention',
  reply: 'notifications.reply',
  comment: 'notifications.comment',
  share: 'notifications.share',
  request: 'notifications.request',
} as const satisfies Record<NotificationKind, TextKey>;
/** The reason that is told when an entry has several: the one that concerns the person most. */
const BY_WEIGHT: readonly NotificationKind[] = ['request', 'mention', 'reply', 'comment', 'share'];
const MAX_NAMES = 2;
/** Not in any text: they are where the names and the title are put. */
const NAMES = '\ue000';
const TITLE = '\ue001';

export interface SentencePart {
  readonly kind: 'names' | 'title' | 'words';
  readonly text: string;
}

/** "Ada and Ben mentioned you in Tides", in parts. */
export function sentenceParts(
  group: NotificationGroup,
  { t, language }: Translation,
): readonly SentencePart[] {
  const { notifications, people, newest } = group;
  const kind = BY_WEIGHT.find((weight) => notifications.some((of) => of.kind === weight))!;
  const shown = people.slice(0, people.length > MAX_NAMES ? 1 : MAX_NAMES).map(({ name }) => name);
  const others = people.length - shown.length;
  const names =
    others > 0
      ? nameList([...shown, t('notifications.others', { count: others })], language)
      : nameList(shown, language);
  const texts: Readonly<Record<string, SentencePart>> = {
    [NAMES]: { kind: 'names', text: names },
    [TITLE]: { kind: 'title', text: newest.title || t('untitled') },
  };
  return t(SENTENCES[kind], { names: NAMES, title: TITLE })
    .split(/([\ue000\ue001])/u)
    .filter((part) => part !== '')
    .map((part) => texts[part] ?? { kind: 'words', text: part });
}

export function sentence(group: NotificationGroup, translation: Translation): string {
  return sentenceParts(group, translation)
    .map(({ kind, text }) => (kind === 'title' ? isolated(text) : text))
    .join('');
}
