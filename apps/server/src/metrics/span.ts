/** A piece of work for a trace, told when it is over. */
export interface Span {
  readonly name: string;
  /** Both by `performance.now()`. */
  readonly startMs: number;
  readonly endMs: number;
  /** Never content, names or whole document ids. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

export interface SpanSink {
  record(span: Span): void;
}

/** The whole of a document's id is a key to it. */
export function beginningOf(document: string): string {
  return document.slice(0, 6);
}
