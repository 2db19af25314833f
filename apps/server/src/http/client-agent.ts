/** How a client names itself: shown to its person in the list of devices, and believed for nothing. */
import type { IncomingHttpHeaders } from 'node:http';
import { fitText } from '@tandem/protocol';
import { ACCOUNTS } from '../storage/limits.ts';

export function agentOf({ 'user-agent': agent = '' }: IncomingHttpHeaders): string {
  return fitText(agent, { lines: 'one', maxLength: ACCOUNTS.maxAgentLength });
}
