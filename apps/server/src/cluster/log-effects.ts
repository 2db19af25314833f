/** Effects in the log of commits, which another version may have written: UP8. */
import { z } from 'zod';
import type { Effect } from '../commands/command-runner.ts';

const id = z.string();
const number = z.number().int();

const BY_KIND: { readonly [K in Effect['kind']]: z.ZodType<Extract<Effect, { kind: K }>> } = {
  'access-changed': z.object({ kind: z.literal('access-changed'), document: id }),
  renamed: z.object({ kind: z.literal('renamed'), document: id, title: z.string() }),
  'profile-changed': z.object({ kind: z.literal('profile-changed'), user: id }),
  listed: z.object({ kind: z.literal('listed'), document: id, user: id }),
  unlisted: z.object({ kind: z.literal('unlisted'), document: id, user: id }),
  chat: z.object({
    kind: z.literal('chat'),
    document: id,
    head: number,
    isImported: z.boolean(),
  }),
  'chat-deleted': z.object({ kind: z.literal('chat-deleted'), document: id, number }),
  'jobs-enqueued': z.object({ kind: z.literal('jobs-enqueued') }),
  'session-ended': z.object({ kind: z.literal('session-ended'), user: id, session: id }),
  'administrators-changed': z.object({ kind: z.literal('administrators-changed') }),
  'settings-changed': z.object({ kind: z.literal('settings-changed') }),
  'clients-merged': z.object({ kind: z.literal('clients-merged'), document: id }),
  'excerpt-changed': z.object({
    kind: z.literal('excerpt-changed'),
    document: id,
    excerpt: z.string(),
    at: number,
  }),
};

const effect = z.union(Object.values(BY_KIND));

/** @returns those that this version knows, in their order, and how many it does not. */
export function readEffects(written: readonly unknown[]): {
  readonly effects: readonly Effect[];
  readonly unknown: number;
} {
  const effects = written.flatMap((one) => effect.safeParse(one).data ?? []);
  return { effects, unknown: written.length - effects.length };
}
