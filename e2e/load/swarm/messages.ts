/** Message content: stamped text, plain or as a Yjs update that appends it to the root `text`. */
import { appendUpdate } from './yjs-bytes.ts';
import { stampedText } from './stamp.ts';

export const TEXT_ROOT = 'text';
export const FIRST_CLIENT = 1_000;

export type MessageForm = 'text' | 'yjs';

export interface MessageOptions {
  readonly writer: number;
  /** Per writer, from 0; without gaps for Yjs updates. */
  readonly number: number;
  readonly atMs: number;
  readonly length: number;
}

export function makeMessage(
  form: MessageForm,
  { writer, number, atMs, length }: MessageOptions,
): Buffer {
  const text = stampedText(length, { writer, number, atMs });
  if (form === 'text') return Buffer.from(text, 'latin1');
  return appendUpdate({
    root: TEXT_ROOT,
    client: FIRST_CLIENT + writer,
    clock: number * length,
    text,
  });
}
