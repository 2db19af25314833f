import { invitedAddresses, type InvitedAddresses } from '@tandem/protocol/directory';
import type { MemberRole } from '@tandem/protocol';
import { useAsked, type KnownSharing, type SendResult } from './use-asked.ts';

export interface Invited {
  /** Null: not known yet, or without a network. */
  readonly known: InvitedAddresses | null;
  readonly invite: (email: string, role: MemberRole) => Promise<SendResult>;
  readonly withdraw: (email: string) => Promise<SendResult>;
}

/** Addresses that wait for their people (IA1). A person who comes may be one of them. */
export function useInvited(document: string, sharing: KnownSharing): Invited {
  const path = `/api/documents/${document}/invited`;
  const { known, send } = useAsked(path, invitedAddresses, sharing);
  return {
    known,
    invite: (email, role) => send(path, { email, role }),
    withdraw: (email) => send(`${path}/withdraw`, { email }),
  };
}
