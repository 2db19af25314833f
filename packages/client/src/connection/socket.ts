/** What a connection needs of whatever carries it: the part of the WHATWG `WebSocket` that is used; `ws` has it too. */
export interface Socket {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  /** Refused before it opened: when to come again. No WebSocket can tell. */
  readonly retryAfterMs?: number | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}
