/** The session that begins with a sign-in: its cookie, and what the command stores of it. */
import type { Context } from 'hono';
import { createCookieValue } from '../accounts/session-cookie.ts';
import type { SessionStart } from '../commands/command-runner.ts';
import { widerNetwork } from '../http/client-address.ts';
import { agentOf } from '../http/client-agent.ts';
import { sessionId } from '../storage/sessions.ts';
import type { ApiEnvironment } from './api-environment.ts';

export type NewSession = typeof newSession;

/** @param replaces the browser's session until now. */
export function newSession(
  context: Context<ApiEnvironment>,
  { replaces, address }: { readonly replaces: string | null; readonly address: string | null },
): { readonly cookie: string; readonly start: SessionStart } {
  const cookie = createCookieValue();
  const agent = agentOf(context.env.incoming.headers);
  const network = widerNetwork(address);
  return { cookie, start: { id: sessionId(cookie), agent, network, replaces } };
}
