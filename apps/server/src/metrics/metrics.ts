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
import { ERROR_SOURCES } from '../runtime/error-boundary.ts';
import { ConnectionCounts } from './connection-stats.ts';
import { DELIVERY_CLASS, DELIVERY_CLASSES } from './delivery-class.ts';
import {
  Counter,
  CounterBy,
  CounterByTwo,
  Histogram,
  HistogramBy,
  type Instrument,
} from './instruments.ts';
import { LatencyWindow } from './latency-window.ts';
import { beginningOf, type Span, type SpanSink } from './span.ts';

/** `accepted`, or the HTTP status of the refusal. */
const CONNECT_RESULTS = ['accepted', '400', '403', '404', '426', '429', '503'] as const;
export type ConnectResult = (typeof CONNECT_RESULTS)[number];

/** `guests`, `changes` and `reads` are those of the HTTP API. */
const BUCKETS = [
  'messages',
  'bytes',
  'connections',
  'hellos',
  'violations',
  'guests',
  'changes',
  'reads',
] as const;

/** A returning replica gets the missing rows or the whole document, or belongs to another epoch. */
const RECOVERIES = ['rows', 'whole', 'refused'] as const;

/** `repeated`: executed before; the original answer was sent. */
const COMMAND_RESULTS = ['done', 'repeated', 'refused'] as const;
export type CommandResult = (typeof COMMAND_RESULTS)[number];

/** `document:visit` is the server's own. */
const COMMAND_NAMES = [...(Object.keys(COMMANDS) as CommandName[]), 'document:visit'] as const;

/**
 * `deliver`: publish to another subscriber. `commit`: update to its acknowledgement and delivery.
 */
const PROBE_PATHS = ['deliver', 'commit'] as const;
export type ProbePath = (typeof PROBE_PATHS)[number];

/** Counts all codes that clients invent. */
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

export class Metrics {
  /** The self-probe's document, excluded from room lists. */
  probeDocument: string | null = null;
  readonly connections = new ConnectionCounts();
  readonly connectionAttempts = new CounterBy(
    'tandem_connection_attempts_total',
    'Attempts to connect.',
    ['result', CONNECT_RESULTS],
  );
  readonly messages = new CounterBy('tandem_messages_received_total', 'Messages from clients.', [
    'type',
    CLIENT_MESSAGES,
  ]);
  readonly publishes = new CounterBy(
    'tandem_publishes_total',
    'Messages made for a room, however many receive them.',
    ['class', DELIVERY_CLASSES],
  );
  readonly deliveries = new CounterBy(
    'tandem_deliveries_total',
    'Messages given to receivers of a room.',
    ['class', DELIVERY_CLASSES],
  );
  readonly framesSent = new Counter(
    'tandem_frames_sent_total',
    'Frames written; deliveries by frames is how many travel in one.',
  );
  readonly bytes = new CounterBy('tandem_bytes_total', 'Bytes of frames.', [
    'direction',
    ['in', 'out'],
  ]);
  readonly slowConsumers = new Counter(
    'tandem_slow_consumers_total',
    'Connections that took too little of what waited for them.',
  );
  readonly gapRepairs = new Counter(
    'tandem_gap_repairs_total',
    'Requests for rows or events that are missing in the middle.',
  );
  readonly recoveries = new CounterBy(
    'tandem_recoveries_total',
    'Copies and channels that came back with a position, and what they were given.',
    ['result', RECOVERIES],
  );
  readonly errorsSent = new CounterBy(
    'tandem_errors_sent_total',
    'Refusals, by what clients were told.',
    ['code', Object.keys(ERRORS) as ErrorCode[]],
  );
  readonly reauthentications = new CounterBy(
    'tandem_reauthentications_total',
    'New tokens on connections that live on.',
    ['result', ['renewed', 'refused']],
  );
  readonly rateLimited = new CounterBy(
    'tandem_rate_limited_total',
    'What was refused because it was too much.',
    ['bucket', BUCKETS],
  );
  readonly containedErrors = new CounterBy(
    'tandem_contained_errors_total',
    'Failures of the server itself that ended no more than one connection or one step.',
    ['source', ERROR_SOURCES],
  );
  readonly untrustedForwards = new Counter(
    'tandem_untrusted_forwarded_total',
    'Requests with forwarded headers from a private address while TRUST_PROXY is 0.',
  );
  readonly loopDelay = new Histogram(
    'nodejs_eventloop_lag_seconds',
    'How late the event loop of the gateway came to its work.',
  );
  readonly selfProbe = new HistogramBy(
    'tandem_probe_seconds',
    'What the server publishes to itself, until it has it.',
    ['path', PROBE_PATHS],
  );
  readonly probeFailures = new CounterBy(
    'tandem_probe_failures_total',
    'What the server published to itself and did not get in time.',
    ['path', PROBE_PATHS],
  );
  readonly acknowledgements = new LatencyWindow();
  readonly commits = new LatencyWindow();

  /** Unanswered commands, oldest first. */
  readonly pendingCommands = new Set<{ readonly startMs: number }>();

  readonly #disconnects = new CounterBy('tandem_disconnects_total', 'Connections that ended.', [
    'code',
    CLOSE_WORDS,
  ]);
  readonly #hello = new Histogram('tandem_handshake_duration_seconds', 'From hello to welcome.');
  readonly #open = new Histogram(
    'tandem_document_open_duration_seconds',
    'From the open of a document to its answer.',
  );
  readonly #acknowledge = new Histogram(
    'tandem_update_ack_seconds',
    'From the arrival of an update to its acknowledgement; of each channel one at a time.',
  );
  readonly #commands = new CounterByTwo('tandem_commands_total', 'Commands answered.', [
    ['command', COMMAND_NAMES],
    ['result', COMMAND_RESULTS],
  ]);
  readonly #command = new HistogramBy(
    'tandem_command_seconds',
    'From a command to its answer, the disk included.',
    ['command', COMMAND_NAMES],
  );
  readonly #commandCommit = new Histogram(
    'tandem_command_commit_seconds',
    'Transactions of commands, any number in each, until they are on disk.',
  );
  readonly #commit = new Histogram(
    'tandem_journal_commit_seconds',
    'Transactions of the journal, until they are on disk.',
  );
  readonly #compaction = new Histogram('tandem_compaction_seconds', 'Compactions of a document.');
  readonly #spans: SpanSink | null;

  /** @param spans also receives timed work. */
  constructor(spans: SpanSink | null = null) {
    this.#spans = spans;
  }

  get instruments(): readonly Instrument[] {
    return [
      this.connectionAttempts,
      this.#disconnects,
      this.#hello,
      this.messages,
      this.publishes,
      this.deliveries,
      this.framesSent,
      this.bytes,
      this.slowConsumers,
      this.#open,
      this.recoveries,
      this.gapRepairs,
      this.#acknowledge,
      this.#commands,
      this.#command,
      this.#commandCommit,
      this.#commit,
      this.#compaction,
      this.reauthentications,
      this.errorsSent,
      this.rateLimited,
      this.containedErrors,
      this.untrustedForwards,
      this.loopDelay,
      this.selfProbe,
      this.probeFailures,
    ];
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

  // Times are those of `performance.now()`.

  welcomed(connection: string, startMs: number): void {
    this.#hello.observe(this.#told('hello', startMs, { connection }));
  }

  opened(document: string, startMs: number): void {
    this.#open.observe(this.#told('open', startMs, { document: beginningOf(document) }));
  }

  acknowledged(document: string, startMs: number): void {
    const seconds = this.#told('update', startMs, { document: beginningOf(document) });
    this.#acknowledge.observe(seconds);
    this.acknowledgements.add(seconds * 1_000);
  }

  commanded(command: (typeof COMMAND_NAMES)[number], result: CommandResult, startMs: number): void {
    const seconds = this.#told('command', startMs, { command, result });
    this.#commands.of(command).add(result);
    this.#command.of(command).observe(seconds);
    this.acknowledgements.add(seconds * 1_000);
  }

  commandsCommitted(ms: number): void {
    this.#commandCommit.observe(ms / 1_000);
    this.commits.add(ms);
  }

  committed(shard: number, ms: number): void {
    this.#commit.observe(this.#told('commit', performance.now() - ms, { shard }));
    this.commits.add(ms);
  }

  compacted(document: string, ms: number): void {
    const startMs = performance.now() - ms;
    this.#compaction.observe(
      this.#told('compaction', startMs, { document: beginningOf(document) }),
    );
  }

  /** Records the time since `startMs`. @returns seconds. */
  #told(name: string, startMs: number, attributes: Span['attributes']): number {
    const endMs = performance.now();
    this.#spans?.record({ name, startMs, endMs, attributes });
    return (endMs - startMs) / 1_000;
  }
}
