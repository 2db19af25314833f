import type { SharingState } from '@tandem/protocol';
import { useCallback, useEffect, useState } from 'react';
import type * as z from 'zod/mini';
import { failureOf, get, post } from '../session/request.ts';
import { useServices } from '../session/services.ts';

/** `failed`: no answer came, so that it may have happened or not. */
export type SendResult = 'done' | 'failed' | { readonly refused: string };

const REPEAT_AFTER_MS = 5_000;

/** Whose changes may also be changes of what is asked for. */
export type KnownSharing = Pick<SharingState, 'members' | 'around'>;

interface Asked<T> {
  /** Null: not known yet, or without a network. */
  readonly known: T | null;
  /** Sends a change, and asks again. The same at each rendering. */
  readonly send: (to: string, body: object) => Promise<SendResult>;
}

/**
 * What those who may share a document are told about it. It is asked for, because everyone in a document has the channel
 * of its people; and again when those change or the inheritance does, since what is asked for may be about them.
 */
export function useAsked<T>(
  path: string,
  answer: z.ZodMiniType<T>,
  { members, around }: KnownSharing,
): Asked<T> {
  const { account } = useServices();
  const [known, setKnown] = useState<T | null>(null);
  const [asked, setAsked] = useState(0);
  const people = members.map(({ user, role, isOwn }) => `${user.id} ${role} ${isOwn}`).join();
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    get(path, { answer, fetch: account.fetch }).then(
      (told) => isOver || setKnown(told),
      // People can be added meanwhile.
      () => {
        if (!isOver) timer = setTimeout(() => setAsked((times) => times + 1), REPEAT_AFTER_MS);
      },
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [path, answer, account, people, around?.isRestricted, asked]);
  const send = useCallback(
    async (to: string, body: object): Promise<SendResult> => {
      try {
        await post(to, { body, fetch: account.fetch });
        return 'done';
      } catch (error) {
        const failed = failureOf(error);
        return failed.kind === 'refused' ? { refused: failed.error.message } : 'failed';
      } finally {
        setAsked((times) => times + 1);
      }
    },
    [account],
  );
  return { known, send };
}
