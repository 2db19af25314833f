/** The part of the WHATWG `WebSocket` that a connection uses; `ws` has it too. */
export interface Socket {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  /** Set when the server refused before the socket opened. A WebSocket cannot report it. */
  readonly retryAfterMs?: number | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

/** @returns null where the platform refuses to make a socket, such as for a blocked address */
export function createSocket(create: () => Socket): Socket | null {
  try {
    return create();
  } catch {
    return null;
  }
}
