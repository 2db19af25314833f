/** What happens to Redis. */
import type { Fault } from './fault.ts';

export const REDIS_FAULTS: readonly Fault[] = [
  {
    name: 'redis-killed',
    part: 'redis',
    lastsMs: 3_000,
    async begin({ cluster: { redis } }) {
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    name: 'redis-stopped-5s',
    part: 'redis',
    lastsMs: 5_000,
    async begin({ cluster: { redis } }) {
      redis.pause();
      return async () => redis.continue();
    },
  },
  {
    name: 'redis-flushed',
    part: 'redis',
    lastsMs: 1_000,
    async begin({ cluster: { redis } }) {
      await redis.command('FLUSHALL');
      return async () => void (await redis.command('FLUSHALL'));
    },
  },
  {
    name: 'redis-subscriptions-cut',
    part: 'redis',
    lastsMs: 1_000,
    async begin({ cluster: { redis } }) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      return async () => void (await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    },
  },
];
