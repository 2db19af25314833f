import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { METRICS } from '../limits.ts';
import { systemClock } from '../runtime/clock.ts';
import { Metrics } from './metrics.ts';
import { OtlpSpans } from './otlp-spans.ts';

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly unknown[];
}

async function collector(status: number) {
  const requests: { path: string | undefined; key: unknown; body: unknown }[] = [];
  const http = createServer((request, response) => {
    let text = '';
    request.on('data', (data: Buffer) => (text += data.toString()));
    request.on('end', () => {
      requests.push({ path: request.url, key: request.headers['api-key'], body: JSON.parse(text) });
      response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => http.close().closeAllConnections());
  const { port } = http.address() as AddressInfo;
  const spansOf = (body: unknown): OtlpSpan[] =>
    (body as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }).resourceSpans.flatMap(
      ({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans),
    );
  return {
    requests,
    spans: () => requests.flatMap(({ body }) => spansOf(body)),
    endpoint: new URL(`http://127.0.0.1:${port}`),
  };
}

function sender(endpoint: URL) {
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const spans = new OtlpSpans({
    endpoint,
    headers: { 'api-key': 'k' },
    service: 'here',
    clock: systemClock,
    log,
  });
  return { spans, warnings };
}

test('sends timed work as OTLP, of a document only the beginning of its id', async () => {
  const { requests, spans: received, endpoint } = await collector(200);
  const { spans } = sender(endpoint);
  const metrics = new Metrics(spans);
  metrics.welcomed('connection-1', performance.now() - 5);
  metrics.opened('document-1', performance.now());
  metrics.acknowledged('document-1', performance.now());
  metrics.committed(1, 2);
  metrics.compacted('document-1', 20);
  await spans[Symbol.asyncDispose]();

  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    path: '/v1/traces',
    key: 'k',
    body: {
      resourceSpans: [
        { resource: { attributes: [{ key: 'service.name', value: { stringValue: 'here' } }] } },
      ],
    },
  });
  const [hello, open] = received();
  expect(received().map(({ name }) => name)).toEqual([
    'hello',
    'open',
    'update',
    'commit',
    'compaction',
  ]);
  expect(hello?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(hello?.spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(hello?.traceId).not.toBe(open?.traceId);
  const took = BigInt(hello!.endTimeUnixNano) - BigInt(hello!.startTimeUnixNano);
  expect(Number(took) / 1e6).toBeGreaterThanOrEqual(4.9);
  expect(Math.abs(Number(BigInt(hello!.endTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(
    60_000,
  );
  expect(open?.attributes).toEqual([{ key: 'tandem.document', value: { stringValue: 'docume' } }]);
});

test('holds a bounded number, and goes on when the collector does not take them', async () => {
  const { spans: received, endpoint } = await collector(500);
  const { spans, warnings } = sender(endpoint);
  const span = { name: 'n', startMs: 0, endMs: 1, attributes: {} };
  for (let i = 0; i < METRICS.maxQueuedSpans + 10; i++) spans.record(span);
  await spans[Symbol.asyncDispose]();
  expect(received()).toHaveLength(METRICS.maxQueuedSpans);
  expect(warnings).toHaveLength(1);
});
