/** What writers write: stamped text, as it is or as the Yjs update that appends it to the root `text`. */
import { appendUpdate } from './yjs-bytes.ts';
import { stampedText } from './stamp.ts';

export const TEXT_ROOT = 'text';
/** Yjs clients of writers begin here; the writer's number is added. */
export const FIRST_CLIENT = 1_000;

export type MessageForm = 'text' | 'yjs';

export interface MessageOptions {
  readonly writer: number;
  /** Of this writer, from 0; a writer of Yjs updates leaves none out. */
  readonly number: number;
  readonly atMs: number;
  /** Of the text, in letters. */
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
