/**
 * Sends spans to an OpenTelemetry collector: OTLP over HTTP, as JSON, in batches.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 *
 * Each piece of work is a trace of one span, sent when it ends, so no context has to follow
 * promises. Spans that the collector does not accept are dropped; work never waits for it.
 */
import { randomBytes } from 'node:crypto';
import { METRICS } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Span, SpanSink } from './metrics.ts';

export interface OtlpOptions {
  readonly endpoint: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
  readonly clock: Clock;
  readonly log: Log;
}

const KIND_SERVER = 2;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

export class OtlpSpans implements SpanSink, AsyncDisposable {
  readonly #options: OtlpOptions;
  readonly #url: string;
  #waiting: Span[] = [];
  #timer: unknown = null;
  #exporting: Promise<void> = Promise.resolve();
  #collector: 'takes' | 'refuses' = 'takes';

  constructor(options: OtlpOptions) {
    this.#options = options;
    this.#url = `${options.endpoint.href.replace(/\/$/, '')}/v1/traces`;
  }

  record(span: Span): void {
    if (this.#waiting.length >= METRICS.maxQueuedSpans) return;
    this.#waiting.push(span);
    this.#timer ??= this.#options.clock.setTimeout(this.#export, METRICS.spanExportIntervalMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) this.#export();
    await this.#exporting;
  }

  readonly #export = (): void => {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
    const spans = this.#waiting;
    this.#waiting = [];
    this.#exporting = this.#exporting.then(() => this.#send(spans));
  };

  async #send(spans: readonly Span[]): Promise<void> {
    const { headers, service, log } = this.#options;
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify(exportRequest(service, spans)),
        signal: AbortSignal.timeout(METRICS.spanExportTimeoutMs),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answers ${response.status}`);
      this.#collector = 'takes';
    } catch (error) {
      if (this.#collector === 'takes') log.warn({ err: error }, 'the collector takes no traces');
      this.#collector = 'refuses';
    }
  }
}

function exportRequest(service: string, spans: readonly Span[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', service)] },
        scopeSpans: [{ scope: { name: 'tandem' }, spans: spans.map(toOtlp) }],
      },
    ],
  };
}

function toOtlp({ name, startMs, endMs, attributes }: Span): object {
  return {
    traceId: randomBytes(TRACE_ID_BYTES).toString('hex'),
    spanId: randomBytes(SPAN_ID_BYTES).toString('hex'),
    name,
    kind: KIND_SERVER,
    startTimeUnixNano: unixNanoseconds(startMs),
    endTimeUnixNano: unixNanoseconds(endMs),
    attributes: Object.entries(attributes).map(([key, value]) => attribute(`tandem.${key}`, value)),
  };
}

function attribute(key: string, value: string | number): object {
  if (typeof value === 'string') return { key, value: { stringValue: value } };
  return Number.isInteger(value)
    ? { key, value: { intValue: String(value) } }
    : { key, value: { doubleValue: value } };
}

/** A string: the value exceeds a safe integer. */
function unixNanoseconds(ms: number): string {
  return String(BigInt(Math.round((performance.timeOrigin + ms) * 1_000)) * 1_000n);
}
