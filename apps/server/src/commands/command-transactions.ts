/**
 * Executes commands, many in one transaction: their changes, events and results are stored together or not
 * at all. Failures are rare, so a batch runs without savepoints first. When one command fails, the batch is
 * rolled back and runs again with a savepoint for each command, which is slower but isolates the failure.
 */
import {
  errorOf,
  MAX_DONE_POSITIONS,
  type ChannelName,
  type ChannelPosition,
} from '@tandem/protocol';
import type { AuditAction } from '@tandem/protocol/audit';
import type { Directory } from '@tandem/protocol/directory';
import type { Clock } from '../runtime/clock.ts';
import { addAuditEntries, type NewAuditEntry } from '../storage/audit/audit-log.ts';
import { digestJob } from '../digests/digest-job.ts';
import { nameOf } from '../storage/channel-key.ts';
import type {
  CommandKey,
  CommandStore,
  PublishedEvent,
  StoredResult,
} from '../storage/command-store.ts';
import { findDigestAddresses } from '../storage/digests.ts';
import { isSignedIn } from '../storage/sign-ins.ts';
import { isRetryable, isTooLong } from '../storage/storage-error.ts';
import type { JobStore, NewJob } from '../storage/jobs/job-store.ts';
import { hasWebhooks } from '../storage/webhooks.ts';
import { webhookEventJob, type WebhookEventFacts } from '../webhooks/webhook-job-types.ts';
import type {
  CommandAnswer,
  CommandRequest,
  CommittedBatch,
  Effect,
  ServerCommandName,
} from './command-runner.ts';
import { subjectsOf } from './command-subjects.ts';
import type { Handler, HandlerContext, HandlerTable, Outcome } from './handler.ts';

export interface CommandTransactionsOptions {
  readonly store: CommandStore;
  /** Over the transaction of the store (JB1). */
  readonly jobs: Pick<JobStore, 'enqueue'>;
  readonly handlers: HandlerTable;
  /** Whether commands are recorded (AU6). */
  readonly isAudited: boolean;
  readonly allowsPublicPages: boolean;
  /** Whom people may add by name (PE3); those whom they have met without it. */
  readonly directory?: Directory;
  /** Whether the server sends mails. */
  readonly sendsMail: boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly onFault: (request: CommandRequest, error: unknown) => void;
}

export interface TransactionResult extends Omit<CommittedBatch, 'tookMs'> {
  readonly answers: readonly CommandAnswer[];
}

interface Execution {
  readonly request: CommandRequest;
  readonly outcome: Outcome;
  readonly events: readonly PublishedEvent[];
  readonly jobs: readonly NewJob[];
  readonly audited: readonly NewAuditEntry[];
  readonly webhookEvents: readonly WebhookEventFacts[];
  readonly reminded: readonly string[];
}

interface Mode {
  readonly at: number;
  readonly savepoints: 'none' | 'each';
}

const SIGNED_OUT: Outcome = {
  kind: 'refused',
  error: errorOf('unauthenticated', {
    detail: 'You were signed out here a moment ago, so nothing was changed. Sign in again.',
  }),
};

class BatchAborted extends Error {}

const TOO_LONG: Outcome = {
  kind: 'refused',
  error: errorOf('forbidden', {
    detail:
      'This takes the database longer than it may, so nothing was changed. Try it with fewer documents, or later.',
  }),
};

export class CommandTransactions {
  readonly #options: CommandTransactionsOptions;
  #effects: Effect[] = [];
  #lastAt = 0;

  constructor(options: CommandTransactionsOptions) {
    this.#options = options;
  }

  /** @throws when nothing was committed. */
  async run(requests: readonly CommandRequest[]): Promise<TransactionResult> {
    const at = (this.#lastAt = Math.max(this.#lastAt, this.#options.clock.now()));
    try {
      return await this.#transact(requests, { at, savepoints: 'none' });
    } catch (error) {
      if (!(error instanceof BatchAborted)) throw error;
      return await this.#transact(requests, { at, savepoints: 'each' });
    }
  }

  async #transact(requests: readonly CommandRequest[], mode: Mode): Promise<TransactionResult> {
    const { store } = this.#options;
    this.#effects = [];
    const { result, events } = await store.transaction(async () => {
      const answers = await this.#answerAll(requests, mode);
      return { answers, entry: await store.recordCommit(this.#effects) };
    });
    return { ...result, events, effects: this.#effects };
  }

  async #answerAll(
    requests: readonly CommandRequest[],
    mode: Mode,
  ): Promise<readonly CommandAnswer[]> {
    const { store, jobs } = this.#options;
    const first = new Map<string, number>();
    for (const [at, request] of requests.entries())
      if (!first.has(keyOf(request))) first.set(keyOf(request), at);
    const commands = requests.filter((request, at) => first.get(keyOf(request)) === at);
    const known = await store.claim(
      commands.map((request) => ({ ...idOf(request), subjects: subjectsOf(request) })),
      mode.at,
    );
    const executions: Execution[] = [];
    const answers = new Map<string, CommandAnswer>();
    for (const [at, request] of commands.entries()) {
      const stored = known[at] ?? null;
      if (stored === null) executions.push(await this.#execute(request, mode));
      else answers.set(keyOf(request), repeatedAnswer(stored));
    }
    const webhookEvents = executions.flatMap((execution) => execution.webhookEvents);
    const hasSubscribers = webhookEvents.length > 0 && (await hasWebhooks(store.db));
    const enqueued = [
      ...executions.flatMap((execution) => execution.jobs),
      ...(hasSubscribers ? webhookEvents.map(webhookEventJob) : []),
      ...(await this.#digestJobs(executions.flatMap(({ reminded }) => reminded))),
    ];
    if (enqueued.length > 0) {
      await jobs.enqueue(enqueued);
      this.#effects.push({ kind: 'jobs-enqueued' });
    }
    if (this.#options.isAudited)
      await addAuditEntries(
        store.db,
        executions.flatMap(({ audited }) => audited),
      );
    const positions = await store.appendEvents(executions.flatMap(({ events }) => events));
    let end = 0;
    for (const { request, outcome, events } of executions) {
      const own = positions.slice(end, (end += events.length));
      answers.set(keyOf(request), toAnswer(request, outcome, { events, positions: own }));
      if (outcome.kind === 'done') this.#effects.push(...(outcome.effects ?? []));
    }
    await store.saveResults(
      executions.map(({ request }) => ({
        ...idOf(request),
        result: toResult(answers.get(keyOf(request)) as CommandAnswer),
      })),
      mode.at,
    );
    return requests.map((request, at) => {
      const answer = answers.get(keyOf(request)) as CommandAnswer;
      const isFirst = first.get(keyOf(request)) === at;
      return isFirst || answer.kind === 'refused'
        ? answer
        : { ...answer, repeated: true, events: 0 };
    });
  }

  async #digestJobs(reminded: readonly string[]): Promise<readonly NewJob[]> {
    if (!this.#options.sendsMail || reminded.length === 0) return [];
    const addresses = await findDigestAddresses(this.#options.store.db, [...new Set(reminded)]);
    return [...addresses.keys()].map((user) => digestJob(user));
  }

  async #execute(request: CommandRequest, { at, savepoints }: Mode): Promise<Execution> {
    const { user, command } = request;
    const events: PublishedEvent[] = [];
    const jobs: NewJob[] = [];
    const audited: NewAuditEntry[] = [];
    const webhookEvents: WebhookEventFacts[] = [];
    const reminded: string[] = [];
    const context: HandlerContext<AuditAction> = {
      db: this.#options.store.db,
      user,
      command: command.id,
      directory: this.#options.directory ?? 'contacts',
      at,
      allowsPublicPages: this.#options.allowsPublicPages,
      publish: (key, event) => events.push({ key, event: { ...event, at, command: command.id } }),
      enqueue: (job) => jobs.push(job),
      remind: (person) => reminded.push(person),
      emit: (type, document) => webhookEvents.push({ type, document, actor: user, at }),
      audit: (event) => audited.push({ at, user, event }),
    };
    const outcome =
      savepoints === 'none'
        ? await this.#executeOptimistic(request, context)
        : await this.#executeWithSavepoint(request, context);
    return outcome.kind === 'done'
      ? { request, outcome, events, jobs, audited, webhookEvents, reminded }
      : { request, outcome, events: [], jobs: [], audited: [], webhookEvents: [], reminded: [] };
  }

  /** @throws BatchAborted when the command fails. */
  async #executeOptimistic(
    request: CommandRequest,
    context: HandlerContext<AuditAction>,
  ): Promise<Outcome> {
    try {
      const outcome = await this.#handle(request, context);
      if (outcome.kind === 'done') return outcome;
    } catch (error) {
      if (isRetryable(error) && !isTooLong(error)) throw error;
    }
    throw new BatchAborted();
  }

  async #executeWithSavepoint(
    request: CommandRequest,
    context: HandlerContext<AuditAction>,
  ): Promise<Outcome> {
    const { store, onFault } = this.#options;
    try {
      return await store.savepoint(
        () => this.#handle(request, context),
        ({ kind }) => kind === 'done',
      );
    } catch (error) {
      if (isRetryable(error) && !isTooLong(error)) throw error;
      onFault(request, error);
      if (isTooLong(error)) return TOO_LONG;
      return { kind: 'refused', error: errorOf('command-failed') };
    }
  }

  async #handle(
    { session, command }: CommandRequest,
    context: HandlerContext<AuditAction>,
  ): Promise<Outcome> {
    const { name, input } = command;
    const { db, user, at } = context;
    if (session !== undefined && !(await isSignedIn(db, { session, user, at }))) return SIGNED_OUT;
    const handler = this.#options.handlers[name] as Handler<ServerCommandName>;
    return await handler(context, input);
  }
}

function idOf({ user, command }: CommandRequest): CommandKey {
  return { user, id: command.id };
}

function keyOf({ user, command }: CommandRequest): string {
  return `${user} ${command.id}`;
}

function repeatedAnswer(stored: StoredResult): CommandAnswer {
  return 'error' in stored
    ? { kind: 'refused', error: stored.error }
    : { kind: 'done', repeated: true, positions: stored.positions, events: 0 };
}

function toResult(answer: CommandAnswer): StoredResult | null {
  if (answer.kind === 'done') return { positions: answer.positions };
  return answer.error.temporary ? null : { error: answer.error };
}

function toAnswer(
  { user }: CommandRequest,
  outcome: Outcome,
  published: {
    readonly events: readonly PublishedEvent[];
    readonly positions: readonly ChannelPosition[];
  },
): CommandAnswer {
  if (outcome.kind === 'refused') return outcome;
  const positions = new Map<ChannelName, ChannelPosition & { readonly name: ChannelName }>();
  for (const [at, { key }] of published.events.entries()) {
    const name = nameOf(key, user);
    const position = published.positions[at] as ChannelPosition;
    if (name !== null) positions.set(name, { name, ...position });
  }
  return {
    kind: 'done',
    repeated: false,
    positions: [...positions.values()].slice(0, MAX_DONE_POSITIONS),
    events: published.events.length,
  };
}
