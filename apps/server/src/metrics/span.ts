/** One piece of finished work in a trace. */
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

/** A shortened id, because the whole id grants access to the document. */
export function beginningOf(document: string): string {
  return document.slice(0, 6);
}
