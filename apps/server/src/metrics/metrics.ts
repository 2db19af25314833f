/**
 * Counters on the message path: one call, a few additions. Prometheus names begin with `tandem_`.
 */
import {
  CLOSE_CODES,
  COMMANDS,
  ERRORS,
  MESSAGES,
  TRANSPORT_CLOSE_CODES,
  type ClientMessageType,
  type CommandName,
  type ErrorCode,
  type ServerMessageType,
} from '@tandem/protocol';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { ERROR_SOURCES } from '../runtime/error-boundary.ts';
import { JOB_KINDS, type JobKind } from '../storage/jobs/job-store.ts';
import { ConnectionCounts } from './connection-stats.ts';
import { DELIVERY_CLASS, DELIVERY_CLASSES } from './delivery-class.ts';
import {
  Counter,
  Histogram,
  LabeledCounter,
  LabeledHistogram,
  TwoLabelCounter,
  type Instrument,
} from './instruments.ts';
import { LatencyWindow } from './latency-window.ts';

const CONNECT_RESULTS = ['accepted', '400', '403', '404', '426', '429', '503'] as const;

const BUCKETS = [
  'messages',
  'bytes',
  'connections',
  'hellos',
  'violations',
  'guests',
  'changes',
  'reads',
  'uploads',
  'downloads',
  'history',
  'publicPages',
  'publicFiles',
  'signInsOfAccount',
  'signInsOfAccountFromAddress',
  'signInsOfDevice',
  'signInsFromAddress',
  'passkeyChallengesFromAddress',
  'mailsFromAddress',
  'mailsToAddress',
  'noticesToPerson',
  'invitationsOfPerson',
  'shareMailsToAddress',
  'shareMails',
  'directory',
  'mails',
  'digests',
  'unsubscribes',
] as const;

const RECOVERIES = ['rows', 'whole', 'refused'] as const;

/** `failed`: the receiver answered with something else than 200 to 299. */
const WEBHOOK_OUTCOMES = ['taken', 'failed', 'refused', 'unreachable', 'timeout'] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

const COMMAND_RESULTS = ['done', 'repeated', 'refused', 'failed'] as const;
export type CommandResult = (typeof COMMAND_RESULTS)[number];

const COMMAND_NAMES = [
  ...(Object.keys(COMMANDS) as CommandName[]),
  'document:visit',
  'document:expire',
  'link:expire',
  'link:protect',
  'link:enter',
  'address:invite',
  'address:withdraw',
  'address:claim',
  'group:create',
  'group:rename',
  'group:delete',
  'group:join',
  'group:leave',
  'group:share',
  'group:end-role',
  'group:finish-deletion',
  'account:sign-up',
  'account:sign-in',
  'account:change-password',
  'account:request-reset',
  'account:reset-password',
  'account:request-verification',
  'account:choose-mails',
  'account:verify',
  'account:end-sessions',
  'account:merge-guest',
  'account:confirm',
  'account:link',
  'account:unlink',
  'passkey:add',
  'passkey:rename',
  'passkey:sign-in',
  'passkey:confirm',
  'account:create-token',
  'account:end-token',
  'webhook:create',
  'webhook:rotate',
  'webhook:pause',
  'webhook:resume',
  'webhook:test',
  'webhook:end',
  'account:invite',
  'account:end-invitation',
  'settings:change',
  'person:administer',
  'person:block',
  'person:end-sessions',
  'publication:take-down',
] as const;

/** `lost`: another node may have taken the job over, or what became of it could not be stored. */
const JOB_RESULTS = ['done', 'retried', 'failed', 'released', 'lost'] as const;
export type JobResult = (typeof JOB_RESULTS)[number];

/**
 * `deliver`: publish to another subscriber. `commit`: update to its acknowledgement and delivery.
 */
const PROBE_PATHS = ['deliver', 'commit'] as const;
export type ProbePath = (typeof PROBE_PATHS)[number];

/** `refused`: by a limit, or because access has ended. */
const TRANSFER_RESULTS = ['done', 'refused', 'failed'] as const;

const UNKNOWN_PARTS = ['message', 'effect'] as const;

const OTHER_CODE = 'other';
const CLOSE_WORDS: readonly string[] = [
  ...Object.values(TRANSPORT_CLOSE_CODES).map(String),
  // No code, as stock clients close.
  '1005',
  ...Object.keys(CLOSE_CODES),
  OTHER_CODE,
];

const CLIENT_MESSAGES = Object.entries(MESSAGES)
  .filter(([type, { from }]) => from !== 'server' && type !== 'fragment')
  .map(([type]) => type as ClientMessageType);

export interface Span {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Never content, names or whole document ids. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

export interface SpanSink {
  record(span: Span): void;
}

export class Metrics {
  readonly #instruments: Instrument[] = [];
  /** Its monotonic time is that of every start passed to these methods. */
  readonly clock: Clock;
  probeDocument: string | null = null;
  readonly connections = new ConnectionCounts();
  readonly connectionAttempts = this.#register(
    new LabeledCounter('tandem_connection_attempts_total', 'Attempts to connect.', [
      'result',
      CONNECT_RESULTS,
    ]),
  );
  readonly messages = this.#register(
    new LabeledCounter('tandem_messages_received_total', 'Messages from clients.', [
      'type',
      CLIENT_MESSAGES,
    ]),
  );
  readonly publishes = this.#register(
    new LabeledCounter(
      'tandem_publishes_total',
      'Messages published to a room, each counted once.',
      ['class', DELIVERY_CLASSES],
    ),
  );
  readonly deliveries = this.#register(
    new LabeledCounter('tandem_deliveries_total', 'Messages delivered to the channels of a room.', [
      'class',
      DELIVERY_CLASSES,
    ]),
  );
  readonly framesSent = this.#register(
    new Counter(
      'tandem_frames_sent_total',
      'Frames written. Deliveries divided by frames is the number of messages in one frame.',
    ),
  );
  readonly bytes = this.#register(
    new LabeledCounter('tandem_bytes_total', 'Bytes of frames.', ['direction', ['in', 'out']]),
  );
  readonly slowConsumers = this.#register(
    new Counter(
      'tandem_slow_consumers_total',
      'Times that a connection read too slowly and its channels were paused.',
    ),
  );
  readonly gapRepairs = this.#register(
    new Counter(
      'tandem_gap_repairs_total',
      'Requests for rows or events that are missing between received ones.',
    ),
  );
  readonly recoveries = this.#register(
    new LabeledCounter(
      'tandem_recoveries_total',
      'Replicas and channels that resumed from a position, by what the server sent them.',
      ['result', RECOVERIES],
    ),
  );
  readonly errorsSent = this.#register(
    new LabeledCounter('tandem_errors_sent_total', 'Errors sent to clients, by code.', [
      'code',
      Object.keys(ERRORS) as ErrorCode[],
    ]),
  );
  readonly reauthentications = this.#register(
    new LabeledCounter('tandem_reauthentications_total', 'New tokens on open connections.', [
      'result',
      ['renewed', 'refused'],
    ]),
  );
  readonly rateLimited = this.#register(
    new LabeledCounter(
      'tandem_rate_limited_total',
      'Messages, connections and requests refused by a rate limit.',
      ['bucket', BUCKETS],
    ),
  );
  readonly containedErrors = this.#register(
    new LabeledCounter(
      'tandem_contained_errors_total',
      'Errors of the server that affected only one connection or one operation.',
      ['source', ERROR_SOURCES],
    ),
  );
  readonly webhookRequests = this.#register(
    new LabeledCounter(
      'tandem_webhook_requests_total',
      'Requests to receivers of webhooks, by what became of them.',
      ['outcome', WEBHOOK_OUTCOMES],
    ),
  );
  readonly unknownParts = this.#register(
    new LabeledCounter(
      'tandem_cluster_unknown_total',
      'Messages of other nodes, and effects in the log of commits, that another version has written and this one does not know.',
      ['part', UNKNOWN_PARTS],
    ),
  );
  readonly untrustedForwards = this.#register(
    new Counter(
      'tandem_untrusted_forwarded_total',
      'Requests with forwarded headers from a private address while TRUST_PROXY is 0.',
    ),
  );
  readonly fileTransfers = this.#register(
    new TwoLabelCounter(
      'tandem_file_transfers_total',
      'Uploads and downloads of files that ended.',
      [
        ['direction', ['upload', 'download']],
        ['result', TRANSFER_RESULTS],
      ],
    ),
  );
  readonly fileBytes = this.#register(
    new LabeledCounter('tandem_file_bytes_total', 'Bytes of uploaded and downloaded files.', [
      'direction',
      ['in', 'out'],
    ]),
  );
  readonly loopDelay = this.#register(
    new Histogram('nodejs_eventloop_lag_seconds', 'Delay of the event loop of the gateway.'),
  );
  readonly selfProbe = this.#register(
    new LabeledHistogram(
      'tandem_probe_seconds',
      'From a message of the self-probe to its delivery.',
      ['path', PROBE_PATHS],
    ),
  );
  readonly probeFailures = this.#register(
    new LabeledCounter(
      'tandem_probe_failures_total',
      'Messages of the self-probe that were not delivered in time.',
      ['path', PROBE_PATHS],
    ),
  );
  readonly acknowledgements = new LatencyWindow();
  readonly commits = new LatencyWindow();

  /** Unanswered commands, oldest first. */
  readonly pendingCommands = new Set<{ readonly startMs: number }>();

  readonly #disconnects = this.#register(
    new LabeledCounter('tandem_disconnects_total', 'Connections that ended.', [
      'code',
      CLOSE_WORDS,
    ]),
  );
  readonly #hello = this.#register(
    new Histogram('tandem_handshake_duration_seconds', 'From hello to welcome.'),
  );
  readonly #open = this.#register(
    new Histogram(
      'tandem_document_open_duration_seconds',
      'From the open of a document to its answer.',
    ),
  );
  readonly #acknowledge = this.#register(
    new Histogram(
      'tandem_update_ack_seconds',
      'From the arrival of an update to its acknowledgement: of a burst, the first and the last one.',
    ),
  );
  readonly #commands = this.#register(
    new TwoLabelCounter('tandem_commands_total', 'Commands answered.', [
      ['command', COMMAND_NAMES],
      ['result', COMMAND_RESULTS],
    ]),
  );
  readonly #command = this.#register(
    new LabeledHistogram(
      'tandem_command_seconds',
      'From a command to its answer, including the commit.',
      ['command', COMMAND_NAMES],
    ),
  );
  readonly #commandCommit = this.#register(
    new Histogram(
      'tandem_command_commit_seconds',
      'Transactions of commands, any number in each, until they are on disk.',
    ),
  );
  readonly #commit = this.#register(
    new Histogram(
      'tandem_journal_commit_seconds',
      'Transactions of the journal, until they are on disk.',
    ),
  );
  readonly #compaction = this.#register(
    new Histogram('tandem_compaction_seconds', 'Compactions of a document.'),
  );
  readonly #jobs = this.#register(
    new TwoLabelCounter('tandem_jobs_total', 'Jobs that this node has run.', [
      ['kind', JOB_KINDS],
      ['result', JOB_RESULTS],
    ]),
  );
  readonly #job = this.#register(
    new LabeledHistogram('tandem_job_seconds', 'Jobs, from their start to their outcome.', [
      'kind',
      JOB_KINDS,
    ]),
  );
  readonly #spans: SpanSink | null;

  constructor(spans: SpanSink | null = null, clock: Clock = systemClock) {
    this.#spans = spans;
    this.clock = clock;
  }

  get instruments(): readonly Instrument[] {
    return this.#instruments;
  }

  #register<I extends Instrument>(instrument: I): I {
    this.#instruments.push(instrument);
    return instrument;
  }

  delivered(type: ServerMessageType, receivers: number): void {
    const delivery = DELIVERY_CLASS[type];
    this.publishes.add(delivery);
    this.deliveries.add(delivery, receivers);
  }

  frameSent(bytes: number): void {
    this.framesSent.add();
    this.bytes.add('out', bytes);
  }

  disconnected(code: number): void {
    const word = String(code);
    this.#disconnects.add(CLOSE_WORDS.includes(word) ? word : OTHER_CODE);
  }

  // Times are monotonic, by `clock`.

  welcomed(connection: string, startMs: number): void {
    this.#hello.observe(this.#record('hello', startMs, { connection }));
  }

  opened(document: string, startMs: number): void {
    this.#open.observe(this.#record('open', startMs, { document: beginningOf(document) }));
  }

  acknowledged(document: string, startMs: number): void {
    const seconds = this.#record('update', startMs, { document: beginningOf(document) });
    this.#acknowledge.observe(seconds);
    this.acknowledgements.add(seconds * 1_000);
  }

  commanded(command: (typeof COMMAND_NAMES)[number], result: CommandResult, startMs: number): void {
    const seconds = this.#record('command', startMs, { command, result });
    this.#commands.of(command).add(result);
    this.#command.of(command).observe(seconds);
    this.acknowledgements.add(seconds * 1_000);
  }

  commandsCommitted(ms: number): void {
    this.#commandCommit.observe(ms / 1_000);
    this.commits.add(ms);
  }

  committed(shard: number, ms: number): void {
    this.#commit.observe(this.#record('commit', this.clock.monotonicMs() - ms, { shard }));
    this.commits.add(ms);
  }

  compacted(document: string, ms: number): void {
    const startMs = this.clock.monotonicMs() - ms;
    this.#compaction.observe(
      this.#record('compaction', startMs, { document: beginningOf(document) }),
    );
  }

  jobRan(kind: JobKind, result: JobResult, startMs: number): void {
    this.#jobs.of(kind).add(result);
    this.#job.of(kind).observe(this.#record('job', startMs, { kind, result }));
  }

  #record(name: string, startMs: number, attributes: Span['attributes']): number {
    const endMs = this.clock.monotonicMs();
    this.#spans?.record({ name, startMs, endMs, attributes });
    return (endMs - startMs) / 1_000;
  }
}

/** A shortened id, because the whole id grants access to the document. */
export function beginningOf(document: string): string {
  return document.slice(0, 6);
}
