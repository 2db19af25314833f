import type { Mention } from '@tandem/protocol';

export interface MentioningText {
  readonly text: string;
  /** Sorted by offset, without overlaps. */
  readonly mentions: readonly Mention[];
}

export const NO_TEXT: MentioningText = { text: '', mentions: [] };

export function joinTexts(first: MentioningText, second: MentioningText): MentioningText {
  if (second.text === '') return first;
  const text = `${first.text}\n${second.text}`;
  return {
    text,
    mentions: [...first.mentions, ...shiftMentions(second.mentions, first.text.length + 1)],
  };
}

export function shiftMentions(mentions: readonly Mention[], by: number): readonly Mention[] {
  return mentions.map((mention) => ({ ...mention, offset: mention.offset + by }));
}
