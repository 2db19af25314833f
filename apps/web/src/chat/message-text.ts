/** A message's text in parts: text, code, links and mentions. */
import { findLinks } from '@tandem/document';
import type { Mention } from '@tandem/protocol';
import type { MentioningText } from './mentioning-text.ts';

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  /** `code`: between backticks; `block`: lines between fences of three. */
  | { readonly kind: 'code' | 'block'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly user: string };

const CODE = /```(?:[\w+#-]*\n)?(?<block>[\s\S]+?)\n?```\n?|`(?<code>[^`\n]+)`/gu;

export function textParts({ text, mentions }: MentioningText): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const { 0: whole, index, groups } of text.matchAll(CODE)) {
    const { block, code } = groups ?? {};
    parts.push(...written(text, { from: at, to: index, mentions }));
    parts.push(
      block === undefined ? { kind: 'code', text: code ?? '' } : { kind: 'block', text: block },
    );
    at = index + whole.length;
  }
  parts.push(...written(text, { from: at, to: text.length, mentions }));
  return parts;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly mentions: readonly Mention[];
}

function written(text: string, { from, to, mentions }: Range): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = from;
  for (const { user, offset, length } of mentions) {
    if (offset < at || offset + length > to) continue;
    parts.push(...withLinks(text.slice(at, offset)));
    at = offset + length;
    parts.push({ kind: 'mention', text: text.slice(offset, at), user });
  }
  parts.push(...withLinks(text.slice(at, to)));
  return parts;
}

function withLinks(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const { index, text: address, href } of findLinks(text)) {
    if (index > at) parts.push({ kind: 'text', text: text.slice(at, index) });
    parts.push({ kind: 'link', text: address, href });
    at = index + address.length;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}
