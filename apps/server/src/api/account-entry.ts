/** Lets a person into their account, who has shown who they are: AC4, AC10 and AC11 in `accounts/README.md`. */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { User } from '@tandem/protocol';
import type { SignedInSession } from '@tandem/protocol/accounts';
import type { Authenticator } from '../accounts/authenticator.ts';
import type { People } from '../accounts/people.ts';
import type { CommandRunner, ServerCall, SessionStart } from '../commands/command-runner.ts';
import { ApiError } from '../http/api-error.ts';
import { countOfferedDocuments } from '../storage/guest-offers.ts';
import type { Database } from '../storage/tables.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { newSession } from './new-session.ts';
import type { SessionAnswer } from './session-answer.ts';

export interface AccountEntryOptions {
  readonly db: Database;
  readonly people: People;
  readonly authenticator: Authenticator;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly sessions: SessionAnswer;
  readonly addressOf: (request: IncomingMessage) => string | null;
}

export interface Entry {
  readonly session: SessionStart;
  /** The user of the browser's earlier session, if that is another one. */
  readonly guest: string | null;
}

export type EnterAccount = (
  context: Context<ApiEnvironment>,
  user: string,
  callOf: (entry: Entry) => ServerCall,
) => Promise<SignedInSession>;

export function accountEntry(options: AccountEntryOptions): EnterAccount {
  const { db, people, authenticator, runner, sessions, addressOf } = options;
  return async (context, id, callOf) => {
    const before = await authenticator.findGuestByHeaders((name) => context.req.header(name));
    const { cookie, start } = newSession(context, {
      replaces: before?.session ?? null,
      address: addressOf(context.env.incoming),
    });
    const guest = before === null || before.user.id === id ? null : before.user.id;
    const call = callOf({ session: start, guest });
    await runCommand(runner, { user: id, session: null, call });
    const user = (await people.find(id)) as User;
    const begun = { user, isGuest: false, session: start.id, cookie };
    const session = await sessions.write(context, begun);
    return { ...session, guestDocuments: await countOfferedDocuments(db, id) };
  };
}

export function anotherPerson(): ApiError {
  return new ApiError('forbidden', {
    detail:
      'This is another person’s account, and what you wrote here is yours. Sign in as yourself to send it, or sign out first.',
  });
}
