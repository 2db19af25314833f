import { browserSupportsWebAuthnAutofill } from '@simplewebauthn/browser';
import type { PasskeyAssertion } from '@tandem/protocol/passkeys';
import { useEffect, useRef } from 'react';
import type { AccountRequests } from './account-requests.ts';
import { awaitSuggestedPasskey, stopWaitingForPasskey } from './passkey-ceremonies.ts';

/** Challenges end; a new one is asked for before. */
const RENEWED_AT = 0.8;
/** After a challenge could not be had: the connection may be back by then. */
const RETRY_MS = 30_000;

interface SuggestedPasskeyOptions {
  /** Waits while it is true, if the browser can suggest passkeys in a field. */
  readonly isWanted: boolean;
  readonly requests: AccountRequests;
  readonly onChosen: (credential: PasskeyAssertion) => void;
}

/** Lets the browser suggest passkeys in fields with `autocomplete="… webauthn"`. */
export function useSuggestedPasskey({ isWanted, requests, onChosen }: SuggestedPasskeyOptions) {
  const latest = useRef({ requests, onChosen });
  useEffect(() => {
    latest.current = { requests, onChosen };
  });
  useEffect(() => {
    if (!isWanted) return;
    let isOver = false;
    let renewal: ReturnType<typeof setTimeout> | undefined;
    const begin = (): void => {
      void wait().catch(ignore);
    };
    const wait = async (): Promise<void> => {
      const options = await latest.current.requests.requestPasskey().catch(() => null);
      if (isOver) return;
      // What waits with the old challenge goes on meanwhile; asking again ends it.
      const delayMs = options === null ? RETRY_MS : options.timeout * RENEWED_AT;
      renewal = setTimeout(begin, delayMs);
      if (options === null) return;
      const credential = await awaitSuggestedPasskey(options);
      clearTimeout(renewal);
      if (!isOver) latest.current.onChosen(credential);
    };
    void browserSupportsWebAuthnAutofill()
      .then((isSupported) => {
        if (isSupported && !isOver) begin();
      })
      .catch(ignore);
    return () => {
      isOver = true;
      clearTimeout(renewal);
      stopWaitingForPasskey();
    };
  }, [isWanted]);
}

/** Nothing is suggested then, and the button is still there. */
function ignore(): void {}
