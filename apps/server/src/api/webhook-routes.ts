/** A person's webhooks: WH1 and WH2 in `webhooks/README.md`. */
import { Hono, type Context } from 'hono';
import { ulid } from 'ulid';
import {
  webhookChoice,
  webhookCreate,
  type NewWebhook,
  type Webhooks,
} from '@tandem/protocol/webhooks';
import type { Configuration } from '../configuration/configuration.ts';
import type { CommandRunner, ServerCall } from '../commands/command-runner.ts';
import { ApiError } from '../http/api-error.ts';
import type { Database } from '../storage/tables.ts';
import { eventsOf, listWebhooks } from '../storage/webhooks.ts';
import { createWebhookSecret } from '../webhooks/webhook-secret.ts';
import { urlProblem } from '../webhooks/webhook-sender.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { readBody } from './request-body.ts';

export interface WebhookRoutesOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly signedIn: SignedInMiddleware;
  readonly configuration: Pick<Configuration, 'webhooks' | 'webhookAllowedHosts'>;
}

const PROBLEMS = {
  invalid: 'This is no web address. Enter one that begins with “https://”, without “#”.',
  credentials:
    'The address has a user name or a password in it. Leave them out: deliveries are signed.',
  insecure: 'Deliveries go by https only. Enter an address that begins with “https://”.',
  port: 'Deliveries go to the port of https, 443, or to one from 1024 on. Choose another port.',
  private:
    'This server sends nothing to addresses of its own network. Enter a public address, or ask the person who runs the server to allow this one.',
} as const;

export function webhookRoutes({ db, runner, signedIn, configuration }: WebhookRoutesOptions) {
  const run = async ({ var: { user, session } }: Context<ApiEnvironment>, call: ServerCall) =>
    void (await runCommand(runner, { user: user.id, session, call }));
  const refuseWhereOff = () => {
    if (configuration.webhooks) return;
    throw new ApiError('forbidden', {
      detail: 'This server sends no webhooks: the person who runs it has switched them off.',
    });
  };
  return new Hono<ApiEnvironment>()
    .get('/account/webhooks', signedIn, async (context) => {
      const rows = await listWebhooks(db, context.var.user.id);
      const answer: Webhooks = {
        webhooks: rows.map((row) => ({
          ...{ id: row.id, name: row.name, url: row.url, events: [...eventsOf(row)] },
          ...{ document: row.document, state: row.state, createdAt: row.created_at },
          last:
            row.last_at === null ? null : { at: row.last_at, result: row.last_result ?? 'unknown' },
          ...{ waiting: row.waiting, dropped: row.dropped },
        })),
      };
      return context.json(answer);
    })
    .post('/account/webhooks', signedIn, async (context) => {
      refuseWhereOff();
      const { document: about, ...wanted } = await readBody(context, webhookCreate);
      const problem = urlProblem(wanted.url, configuration.webhookAllowedHosts);
      if (problem !== null) throw new ApiError('bad-message', { detail: PROBLEMS[problem] });
      const made = { id: ulid(), secret: createWebhookSecret() };
      const input = { ...wanted, about, ...made, session: context.var.session };
      await run(context, { name: 'webhook:create', input });
      return context.json(made satisfies NewWebhook);
    })
    .post('/account/webhooks/rotate', signedIn, async (context) => {
      const { webhook: id } = await readBody(context, webhookChoice);
      const made = { id, secret: createWebhookSecret() };
      const input = { ...made, session: context.var.session };
      await run(context, { name: 'webhook:rotate', input });
      return context.json(made satisfies NewWebhook);
    })
    .post('/account/webhooks/pause', signedIn, async (context) => {
      const { webhook: id } = await readBody(context, webhookChoice);
      await run(context, { name: 'webhook:pause', input: { id } });
      return context.body(null, 204);
    })
    .post('/account/webhooks/resume', signedIn, async (context) => {
      refuseWhereOff();
      const { webhook: id } = await readBody(context, webhookChoice);
      const input = { id, session: context.var.session };
      await run(context, { name: 'webhook:resume', input });
      return context.body(null, 204);
    })
    .post('/account/webhooks/test', signedIn, async (context) => {
      const { webhook: id } = await readBody(context, webhookChoice);
      await run(context, { name: 'webhook:test', input: { id, event: ulid() } });
      return context.body(null, 204);
    })
    .post('/account/webhooks/end', signedIn, async (context) => {
      const { webhook: id } = await readBody(context, webhookChoice);
      await run(context, { name: 'webhook:end', input: { id } });
      return context.body(null, 204);
    });
}
