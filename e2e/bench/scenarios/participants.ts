/** The people of a scenario and their rooms. */
import type { CrowdPlan, WritePlan } from '../../load/swarm/crowd.ts';
import type { MemberPlan } from '../../load/swarm/member.ts';
import type { SwarmCrowd } from '../../load/swarm/swarm.ts';
import type { CrowdReport } from '../../load/swarm/totals.ts';
import type { Runner } from '../scenario.ts';

/** About 200 bytes with the protocol's framing. */
const TEXT_LENGTH = 184;
/** Warm-up with the same work, until the server's code is compiled: servers run for weeks. */
export const PRACTICE_SECONDS = { quick: 1, full: 8 } as const;
export const SETTLE_LIMIT_MS = { quick: 5_000, full: 15_000 } as const;

export interface Participants {
  readonly rooms: readonly (readonly string[])[];
  readonly textLength?: number;
  readonly wants?: CrowdPlan['wants'];
  readonly firstWriter?: number;
}

/** Prepares the rooms and creates people numbered from `firstWriter`, not yet connected. */
export async function gather(
  { running, swarm }: Runner,
  participants: Participants,
): Promise<SwarmCrowd> {
  const { rooms, textLength = TEXT_LENGTH, wants = 'delivery', firstWriter = 0 } = participants;
  const tokens = await running.prepare([...new Set(rooms.flat())], rooms.length);
  const members = rooms.map((names, index): MemberPlan => ({
    writer: firstWriter + index,
    rooms: names,
    token: tokens[index] as string,
  }));
  const { clientProtocol, server } = running;
  return swarm.gather({ clientProtocol, port: server.port, members, textLength, wants });
}

/** `count` people in rooms of `size`; the first person of each room is a multiple of `size`. */
export function roomsOf(size: number, count: number): string[][] {
  return Array.from({ length: count }, (_, index) => [`room-${Math.floor(index / size)}`]);
}

export function fiveRooms(count: number, prefix = 'house'): string[][] {
  const small = Math.ceil(count / 10);
  return Array.from({ length: count }, (_, index) => [
    ...[0, 1, 2, 3].map((round) => `${prefix}-small-${round}-${(index + round * 3) % small}`),
    `${prefix}-large-${Math.floor(index / 1_000)}`,
  ]);
}

export function everyFirst(size: number, count: number): number[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, room) => room * size);
}

export interface Writing {
  readonly cpuUs: number;
  readonly expected: number;
  readonly delivered: number;
  readonly report: CrowdReport;
}

export function messagesIn(
  seconds: number,
  { writers, batch, batchesPerSecond }: Omit<WritePlan, 'messages'>,
): number {
  return Math.ceil((batchesPerSecond * seconds) / writers.length) * batch;
}

/**
 * Writes as planned, after a warm-up, until everything is delivered or `SETTLE_LIMIT_MS` expires.
 */
export async function measureWriting(
  { running, length }: Runner,
  {
    crowd,
    plan,
    readers,
  }: { readonly crowd: SwarmCrowd; readonly plan: WritePlan; readonly readers: number },
): Promise<Writing> {
  const { writers, messages } = plan;
  const practice = messagesIn(PRACTICE_SECONDS[length], plan);
  await crowd.write({ ...plan, messages: practice });
  await crowd.until('delivered', practice * writers.length * readers, SETTLE_LIMIT_MS[length]);
  await crowd.clear();
  const before = await running.server.usage();
  await crowd.write(plan);
  const expected = messages * writers.length * readers;
  const delivered = await crowd.until('delivered', expected, SETTLE_LIMIT_MS[length]);
  const after = await running.server.usage();
  return { cpuUs: after.cpuUs - before.cpuUs, expected, delivered, report: await crowd.report() };
}
