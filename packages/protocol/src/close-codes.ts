/**
 * Close codes, with the client's action and the sentence for the user. 4400–4499 stop the client;
 * it reconnects after 4500–4599 and transport codes. The ranges match `y-websocket` 3.1, so its
 * clients behave the same way.
 */
import { ERRORS, type ErrorAction, type ErrorCode } from './errors.ts';

interface CloseEntry {
  readonly name: string;
  readonly error: ErrorCode;
}

export const CLOSE_CODES = {
  4400: { name: 'bad-message', error: 'bad-message' },
  4401: { name: 'unauthenticated', error: 'unauthenticated' },
  4403: { name: 'forbidden', error: 'forbidden' },
  4404: { name: 'not-found', error: 'not-found' },
  4413: { name: 'too-large', error: 'too-large' },
  4422: { name: 'invalid-update', error: 'invalid-update' },
  4426: { name: 'version-unsupported', error: 'version-unsupported' },
  4500: { name: 'internal', error: 'internal' },
  4503: { name: 'overloaded', error: 'overloaded' },
  4504: { name: 'heartbeat-timeout', error: 'overloaded' },
  4505: { name: 'slow-consumer', error: 'overloaded' },
  4507: { name: 'storage-failed', error: 'storage-failed' },
  4508: { name: 'handshake-timeout', error: 'overloaded' },
  4529: { name: 'too-many', error: 'too-many' },
} as const satisfies Record<number, CloseEntry>;

export type CloseCode = keyof typeof CLOSE_CODES;
export type CloseName = (typeof CLOSE_CODES)[CloseCode]['name'];

/** Codes of RFC 6455 and the IANA registry; the client reconnects after each of them. */
export const TRANSPORT_CLOSE_CODES = {
  normal: 1000,
  goingAway: 1001,
  abnormal: 1006,
  restart: 1012,
  tryLater: 1013,
} as const;

/** Unknown codes of the 4400s stop the client, all others make it retry. */
export function closeAction(code: number): ErrorAction {
  if (code in CLOSE_CODES) return ERRORS[CLOSE_CODES[code as CloseCode].error].action;
  return code >= 4400 && code < 4500 ? 'stop' : 'retry';
}

export function closeCode(name: CloseName): CloseCode {
  for (const [code, entry] of Object.entries(CLOSE_CODES)) {
    if (entry.name === name) return Number(code) as CloseCode;
  }
  throw new Error(`no close code is named ${name}`);
}
