/**
 * The interface of command handlers. A handler reads and writes rows in an open transaction and publishes
 * events. Handlers run in the command worker, one at a time. When a handler throws or refuses, its changes
 * are rolled back.
 */
import type { ChannelEvent, ErrorBody } from '@tandem/protocol';
import type { AuditAction } from '@tandem/protocol/audit';
import type { Directory } from '@tandem/protocol/directory';
import type { WebhookEvent } from '@tandem/protocol/webhooks';
import type { AuditEvent } from '../storage/audit/audit-log.ts';
import type { ChannelKey } from '../storage/channel-key.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';
import type { Database } from '../storage/tables.ts';
import type { AuditedBy } from './audited-actions.ts';
import type { Effect, ServerCommandInput, ServerCommandName } from './command-runner.ts';

export type Handler<N extends ServerCommandName> = (
  context: HandlerContext<AuditedBy<N>>,
  input: ServerCommandInput<N>,
) => Promise<Outcome>;

/** Complete by type: a new command does not compile without its handler. */
export type HandlerTable = { readonly [N in ServerCommandName]: Handler<N> };

/** @typeParam A what a handler may record in the audit log. */
export interface HandlerContext<A extends AuditAction = never> {
  readonly db: Database;
  readonly user: string;
  readonly command: string;
  /** Whom people may add by name (PE3). */
  readonly directory: Directory;
  /** The time of execution in milliseconds since the epoch. Never goes back. */
  readonly at: number;
  /** The operator lets people publish documents on the web (PB9). */
  readonly allowsPublicPages: boolean;
  publish(key: ChannelKey, event: NewEvent): void;
  /** Exists if the command takes effect (JB1); see `jobs/job-handler.ts`. */
  enqueue(job: NewJob): void;
  /** If the command takes effect, the person is mailed what they do not read in time (DG1). */
  remind(user: string): void;
  /** Programs hear of it if the command takes effect (WH3). */
  emit(type: WebhookEvent, document: string): void;
  /** Recorded if the command takes effect (AU3). A property, so that its type is checked strictly. */
  readonly audit: (event: AuditEvent<A>) => void;
}

export type Outcome =
  | { readonly kind: 'done'; readonly effects?: readonly Effect[] }
  /** A refusal that is not `temporary` is stored and answers every repeat. */
  | { readonly kind: 'refused'; readonly error: ErrorBody };

type Without<E, K extends PropertyKey> = E extends unknown ? Omit<E, K> : never;

export type NewEvent = Without<ChannelEvent, 'at' | 'command'>;
