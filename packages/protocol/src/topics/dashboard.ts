/** Server statistics for administrators, once a second. */
import * as z from 'zod/mini';
import { MAX_DASHBOARD_SAMPLES } from '../limits.ts';
import { count, instant, title } from '../messages/field.ts';
import { asciiId, sentText } from '../text.ts';

const milliseconds = z.number().check(z.nonnegative());

export const dashboardSample = z.object({
  at: instant,
  connections: z.object({
    webSocket: count,
    stream: count,
    longPoll: count,
    feed: count,
    stock: count,
  }),
  rooms: count,
  channels: count,
  deliveriesPerSecond: z.number().check(z.nonnegative()),
  messagesPerSecond: z.number().check(z.nonnegative()),
  bytesOutPerSecond: z.number().check(z.nonnegative()),
  /** From receipt of an update or command to its acknowledgement; null in a second without any. */
  acknowledgement: z.nullable(
    z.object({ p50: milliseconds, p95: milliseconds, p99: milliseconds }),
  ),
  commit: z.nullable(z.object({ p50: milliseconds, p99: milliseconds })),
  loopDelayP99: milliseconds,
  memory: z.object({ rss: count, heap: count }),
  topRooms: z
    .array(
      z.object({
        /** The first letters of the id: the full id grants access. */
        document: sentText(6),
        title,
        people: count,
        deliveriesPerSecond: z.number().check(z.nonnegative()),
      }),
    )
    .check(z.maxLength(10)),
  /** What connects this server to others on the same database; none on a server that has a database to itself. */
  cluster: z.optional(
    z.object({
      /** Servers that are alive, this one among them. */
      nodes: count,
      /** How long ago this server learned what others have committed. */
      logAgeMs: milliseconds,
      /** `partial`: this server reaches Redis and another one does not. None where it is not set. */
      redis: z.optional(z.object({ state: z.enum(['up', 'partial', 'down']), since: instant })),
    }),
  ),
  /** Since the server started, by error code. */
  errorsSent: z.record(asciiId(64), count),
});
export type DashboardSample = z.infer<typeof dashboardSample>;

export const dashboardState = z.object({
  type: z.literal('dashboard'),
  samples: z.array(dashboardSample).check(z.maxLength(MAX_DASHBOARD_SAMPLES)),
});
export type DashboardState = z.infer<typeof dashboardState>;

export const dashboardChanged = z.object({ sample: dashboardSample });

export function reduceDashboard(
  state: DashboardState,
  { sample }: z.infer<typeof dashboardChanged>,
): DashboardState {
  return { ...state, samples: [...state.samples, sample].slice(-MAX_DASHBOARD_SAMPLES) };
}
