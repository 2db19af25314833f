/** The people of a scenario and their rooms. */
import type { ClientGroupPlan, WritePlan } from '../../load/swarm/client-group.ts';
import type { LoadClientPlan } from '../../load/swarm/load-client.ts';
import type { SwarmGroup } from '../../load/swarm/swarm.ts';
import type { GroupReport } from '../../load/swarm/totals.ts';
import { consumption, type Consumption } from '../measured-server.ts';
import type { Runner } from '../scenario.ts';
import type { RunningTarget } from '../targets.ts';

/** About 200 bytes with the protocol's framing. */
const TEXT_LENGTH = 184;
/** Warm-up with the same work, until the server's code is compiled: servers run for weeks. */
export const WARM_UP_SECONDS = { quick: 1, full: 20 } as const;
export const SETTLE_LIMIT_MS = { quick: 5_000, full: 15_000 } as const;

export interface Participants {
  readonly rooms: readonly (readonly string[])[];
  readonly textLength?: number;
  readonly measured?: ClientGroupPlan['measured'];
  readonly firstWriter?: number;
  readonly accounts?: number;
}

export async function createClients(
  { running, swarm }: Runner,
  participants: Participants,
): Promise<SwarmGroup> {
  const { rooms, textLength = TEXT_LENGTH, measured = 'delivery', firstWriter = 0 } = participants;
  const names = [...new Set(rooms.flat())];
  const tokens = await running.prepare(names, rooms.length, participants.accounts);
  const clients = rooms.map((names, index): LoadClientPlan => ({
    writer: firstWriter + index,
    rooms: names,
    token: tokens[index] as string,
  }));
  const { clientProtocol, server } = running;
  return swarm.createGroup({ clientProtocol, port: server.port, clients, textLength, measured });
}

/** `count` people in rooms of `size`; the first person of each room is a multiple of `size`. */
export function roomsOf(size: number, count: number): string[][] {
  return Array.from({ length: count }, (_, index) => [`room-${Math.floor(index / size)}`]);
}

export function fiveRooms(count: number, prefix = 'group'): string[][] {
  const small = Math.ceil(count / 10);
  return Array.from({ length: count }, (_, index) => [
    ...[0, 1, 2, 3].map((round) => `${prefix}-small-${round}-${(index + round * 3) % small}`),
    `${prefix}-large-${Math.floor(index / 1_000)}`,
  ]);
}

export function firstOfEach(size: number, count: number): number[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, room) => room * size);
}

export interface WritingResult {
  readonly used: Consumption;
  readonly expected: number;
  readonly delivered: number;
  readonly report: GroupReport;
}

export function messagesIn(
  seconds: number,
  { writers, batch, batchesPerSecond }: Omit<WritePlan, 'messages'>,
): number {
  return Math.ceil((batchesPerSecond * seconds) / writers.length) * batch;
}

/** A server that collects changes is measured until it has written them, while more arrive. */
export function secondsWithWrites(running: RunningTarget, seconds: number): number {
  return Math.max(seconds, running.writesEverySeconds);
}

export async function measureWriting(
  { running, length }: Runner,
  {
    clients,
    plan,
    readers,
  }: { readonly clients: SwarmGroup; readonly plan: WritePlan; readonly readers: number },
): Promise<WritingResult> {
  const { writers, messages } = plan;
  const warmUp = messagesIn(WARM_UP_SECONDS[length], plan);
  await clients.write({ ...plan, messages: warmUp });
  await clients.waitFor('delivered', warmUp * writers.length * readers, SETTLE_LIMIT_MS[length]);
  await clients.clearSamples();
  const before = await running.server.usage();
  await clients.write(plan);
  const expected = messages * writers.length * readers;
  const delivered = await clients.waitFor('delivered', expected, SETTLE_LIMIT_MS[length]);
  const after = await running.server.usage();
  const used = consumption(before, after);
  return { used, expected, delivered, report: await clients.report() };
}
