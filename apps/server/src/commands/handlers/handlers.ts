import type { HandlerTable } from '../handler.ts';
import { accessRequestHandlers } from './access-requests.ts';
import { accountHandlers } from './accounts.ts';
import { apiTokenHandlers } from './api-tokens.ts';
import { administrationHandlers } from './administration.ts';
import { chatHandlers } from './chat.ts';
import { commentHandlers } from './comments.ts';
import { documentHandlers } from './documents.ts';
import { groupHandlers } from './groups.ts';
import { inboxHandlers } from './inbox.ts';
import { invitedAddressHandlers } from './invited-addresses.ts';
import { passkeyHandlers } from './passkeys.ts';
import { peopleHandlers } from './people.ts';
import { profileHandlers } from './profile.ts';
import { publicationHandlers } from './publications.ts';
import { sharingHandlers } from './sharing.ts';
import { versionHandlers } from './versions.ts';
import { trashHandlers } from './trash.ts';
import { webhookHandlers } from './webhooks.ts';

export const HANDLERS: HandlerTable = {
  ...documentHandlers,
  ...trashHandlers,
  ...inboxHandlers,
  ...publicationHandlers,
  ...sharingHandlers,
  ...accessRequestHandlers,
  ...invitedAddressHandlers,
  ...groupHandlers,
  ...versionHandlers,
  ...profileHandlers,
  ...chatHandlers,
  ...commentHandlers,
  ...accountHandlers,
  ...apiTokenHandlers,
  ...webhookHandlers,
  ...passkeyHandlers,
  ...administrationHandlers,
  ...peopleHandlers,
};
