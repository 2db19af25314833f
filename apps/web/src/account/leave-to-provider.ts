/** Leads the browser to a service at which its person signs in, and from there back to this page. */
import { MAX_RETURN_LENGTH, type OidcStart } from '@tandem/protocol/accounts';
import { leaveToSignIn } from '../session/sign-in.tsx';
import type { AccountRequests } from './account-requests.ts';

/** @throws RequestFailed */
export async function leaveToProvider(
  requests: AccountRequests,
  start: Omit<OidcStart, 'to'>,
): Promise<void> {
  const path = location.pathname + location.search;
  const to = path.length > MAX_RETURN_LENGTH ? '/' : path;
  const url = await requests.startOidc({ ...start, to });
  leaveToSignIn();
  location.assign(url);
}
