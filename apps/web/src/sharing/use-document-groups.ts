import { documentGroups, type DocumentGroup, type GroupGrant } from '@tandem/protocol/groups';
import type { MemberRole } from '@tandem/protocol';
import { useAsked, type KnownSharing, type SendResult } from './use-asked.ts';

export interface DocumentGroupRoles {
  /** Empty also while they are not known. */
  readonly known: readonly DocumentGroup[];
  /** Null takes the role away. */
  readonly give: (group: string, role: MemberRole | null) => Promise<SendResult>;
}

const NONE: readonly DocumentGroup[] = [];

/** The groups that have a role in a document (GR4). */
export function useDocumentGroups(document: string, sharing: KnownSharing): DocumentGroupRoles {
  const path = `/api/documents/${document}/groups`;
  const { known, send } = useAsked(path, documentGroups, sharing);
  return {
    known: known?.groups ?? NONE,
    give: (group, role) => send(path, { group, role } satisfies GroupGrant),
  };
}
