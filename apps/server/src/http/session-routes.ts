/** Who is asking: sessions and profiles. */
import { Hono } from 'hono';
import { profilePatch, type Session, type User } from '@tandem/protocol';
import { readSessionCookie, writeSessionCookie } from '../sessions/session-cookie.ts';
import { ApiError } from './api-error.ts';
import { admitChange, signedIn, type ApiEnvironment, type ApiServices } from './api-environment.ts';
import { RateGate } from './rate-gate.ts';
import { readBody } from './request-body.ts';
import { GUESTS_AT_ONCE, GUESTS_PER_SECOND } from '../limits.ts';

export function sessionRoutes(services: ApiServices): Hono<ApiEnvironment> {
  const { configuration, people, tokens, welcome, addressOf, changes, log } = services;
  const secure = configuration.publicUrl?.protocol === 'https:';
  const guests = new RateGate({ atOnce: GUESTS_AT_ONCE, perSecond: GUESTS_PER_SECOND });

  const resume = async (
    header: string | undefined,
  ): Promise<{ readonly user: User; readonly cookie: string } | null> => {
    const cookie = readSessionCookie(header);
    const known = cookie === null ? null : await people.findBySession(cookie);
    if (cookie === null || known === null) return null;
    admitChange(changes, known);
    // A full disk keeps nobody out.
    people
      .extendSession(cookie)
      .catch((error: unknown) => log.warn({ err: error }, 'a session could not be extended'));
    return { user: known, cookie };
  };

  return new Hono<ApiEnvironment>()
    .post('/session', async (context) => {
      let signed = await resume(context.req.header('Cookie'));
      if (signed === null) {
        if (!configuration.allowGuests)
          throw new ApiError('unauthenticated', {
            detail: 'This server takes no guests. Ask the person who runs it.',
          });
        const address = addressOf(context.env.incoming);
        // This machine is not counted.
        if (address !== null && !guests.admits(address, Date.now())) {
          throw new ApiError('too-many', {
            detail: 'Too many new guests from this address. Try again in a minute.',
            retryAfterMs: 60_000,
          });
        }
        signed = await people.createGuest();
        await welcome(signed.user);
      }
      context.header('Set-Cookie', writeSessionCookie(signed.cookie, { secure }));
      const answer: Session = { user: signed.user, ...(await tokens.sign(signed.user.id)) };
      return context.json(answer);
    })
    .patch('/me', signedIn(services), async (context) => {
      const changed = await people.rename(
        context.get('user').id,
        await readBody(context, profilePatch),
      );
      if (changed === null) throw new ApiError('unauthenticated');
      return context.json(changed);
    });
}
