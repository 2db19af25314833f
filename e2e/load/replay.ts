/**
 * Replays an editing trace over real sockets against the built server, which is killed and
 * restarted half way, and compares the result with the trace. Each author is a separate client that
 * writes a step as soon as it has seen what the original author had seen.
 *
 *     pnpm --filter @tandem/e2e replay <trace.json[.gz]> [--no-kill]
 */
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DocumentSession } from '@tandem/client';
import * as Y from 'yjs';
import { Server } from '../harness/server.ts';
import { createBot, createDataDocument, waitForSession, type Bot } from './bot.ts';
import { Samples } from './percentiles.ts';
import { readTrace, TEXT_ROOT, type Step } from './trace.ts';

/**
 * Maximum of unconfirmed steps per author: more than a person has, too few to hide the server's
 * speed.
 */
const MAX_UNCONFIRMED = 64;
const DOWN_MS = 500;

const [path, ...flags] = process.argv.slice(2).filter((argument) => argument !== '--');
if (path === undefined) {
  process.stderr.write('usage: replay <trace.json[.gz]> [--no-kill]\n');
  process.exit(2);
}
const trace = await readTrace(path);
await using server = await Server.create({ env: { ALLOW_ADHOC_DOCUMENTS: 'true' } });
const document = `replay-${basename(path).replaceAll(/[^A-Za-z0-9_-]/g, '-')}`.slice(0, 60);

await createDataDocument(server.url, document);

const acknowledged = new Samples();
const delivered = new Samples();
const sentAt = new Map<string, number>();
let cpuBeforeRestartMs = 0;

const bots = await Promise.all(Array.from({ length: trace.authors }, () => createBot(server.url)));
const sessions = await Promise.all(bots.map((bot) => bot.open(document)));
sessions.forEach(measureDelivery);
const startedAt = performance.now();
let written = 0;
const writers = sessions.map((session, author) =>
  write(
    session,
    trace.steps.filter((step) => step.author === author),
  ),
);
const killer = flags.includes('--no-kill') ? Promise.resolve() : killHalfWay();
await Promise.all([...writers, killer]);
await Promise.all(
  sessions.map((session) => waitForSession(session, ({ status }) => status.kind === 'saved')),
);
const seconds = (performance.now() - startedAt) / 1000;
const cpuMs = cpuBeforeRestartMs + server.cpuMs;

await using reader: Bot = await createBot(server.url);
const finalText = (await reader.open(document)).doc.getText(TEXT_ROOT).toJSON();
const equal = finalText === trace.endContent;
await Promise.all(bots.map((bot) => bot[Symbol.asyncDispose]()));

process.stdout.write(
  [
    `${basename(path)}: ${trace.steps.length} updates of ${trace.authors} author(s), ${finalText.length} characters`,
    `equal to endContent: ${equal ? 'yes' : 'NO'}`,
    `acknowledged: ${(trace.steps.length / seconds).toFixed(0)} updates/s, ${acknowledged.toString()}`,
    ...(delivered.count > 0 ? [`delivered: ${delivered.toString()}`] : []),
    `server CPU: ${((cpuMs * 1000) / trace.steps.length).toFixed(0)} µs per update`,
    '',
  ].join('\n'),
);
process.exitCode = equal ? 0 : 1;

async function write(session: DocumentSession, steps: readonly Step[]): Promise<void> {
  const inFlight: number[] = [];
  session.onChange(() => {
    // Steps are acknowledged in order, so a step that is no longer pending is acknowledged.
    while (inFlight.length > session.pending)
      acknowledged.add(performance.now() - (inFlight.shift() as number));
  });
  for (const { update, seen } of steps) {
    await waitForSession(
      session,
      () => session.pending < MAX_UNCONFIRMED && hasSeen(session.doc, seen),
    );
    const now = performance.now();
    inFlight.push(now);
    Y.applyUpdate(session.doc, update);
    for (const [client, { to }] of rangesOf(update)) sentAt.set(`${client}:${to}`, now);
    written++;
    // Flush per step: the updates of one turn would otherwise be sent as one.
    await session.flush();
  }
}

function measureDelivery(session: DocumentSession, receiver: number): void {
  session.doc.on('afterTransaction', ({ beforeState, afterState, local }: Y.Transaction) => {
    if (local) return;
    const now = performance.now();
    for (const [client, to] of afterState) {
      const from = beforeState.get(client) ?? 0;
      if (from === to) continue;
      const at = sentAt.get(`${client}:${to}`);
      if (at !== undefined && receiver >= 0) delivered.add(now - at);
    }
  });
}

function hasSeen(doc: Y.Doc, seen: ReadonlyMap<number, number>): boolean {
  for (const [client, clock] of seen) if (Y.getState(doc.store, client) < clock) return false;
  return true;
}

function rangesOf(update: Uint8Array): ReadonlyMap<number, { from: number; to: number }> {
  const { from, to } = Y.parseUpdateMeta(update);
  return new Map(
    [...to].map(([client, clock]) => [client, { from: from.get(client) ?? 0, to: clock }]),
  );
}

async function killHalfWay(): Promise<void> {
  while (written < trace.steps.length / 2) await sleep(10);
  cpuBeforeRestartMs = server.cpuMs;
  await server.kill();
  await sleep(DOWN_MS);
  await server.start();
}
