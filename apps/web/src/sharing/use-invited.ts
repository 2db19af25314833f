import { invitedAddresses, type InvitedAddresses } from '@tandem/protocol/directory';
import type { MemberRole, SharingMember } from '@tandem/protocol';
import { useCallback, useEffect, useState } from 'react';
import { failureOf, get, post } from '../session/request.ts';
import { useServices } from '../session/services.ts';

/** `failed`: no answer came, so that it may have happened or not. */
export type InviteResult = 'done' | 'failed' | { readonly refused: string };

const REPEAT_AFTER_MS = 5_000;

export interface Invited {
  /** Null: not known yet, or without a network. */
  readonly known: InvitedAddresses | null;
  readonly invite: (email: string, role: MemberRole) => Promise<InviteResult>;
  readonly withdraw: (email: string) => Promise<InviteResult>;
}

/**
 * Addresses that wait for their people (IA1). They are asked for, because everyone in a document has the channel of its
 * people; and again when those change, since one of them may be the person of an address.
 */
export function useInvited(document: string, members: readonly SharingMember[]): Invited {
  const { account } = useServices();
  const path = `/api/documents/${document}/invited`;
  const [known, setKnown] = useState<InvitedAddresses | null>(null);
  const [asked, setAsked] = useState(0);
  const people = members.map(({ user, role, isOwn }) => `${user.id} ${role} ${isOwn}`).join();
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    get(path, { answer: invitedAddresses, fetch: account.fetch }).then(
      (answer) => isOver || setKnown(answer),
      // The field works meanwhile.
      () => {
        if (!isOver) timer = setTimeout(() => setAsked((times) => times + 1), REPEAT_AFTER_MS);
      },
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [path, account, people, asked]);
  const send = useCallback(
    async (to: string, body: object): Promise<InviteResult> => {
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
  return {
    known,
    invite: (email, role) => send(path, { email, role }),
    withdraw: (email) => send(`${path}/withdraw`, { email }),
  };
}
