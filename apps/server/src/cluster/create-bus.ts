/** The bus of a node: Redis, if it is set, and the database while Redis is away. */
import { randomUUID } from 'node:crypto';
import { BrokerBus } from '../bus/broker-bus.ts';
import type { Bus } from '../bus/bus.ts';
import { FallbackBus } from '../bus/fallback-bus.ts';
import { PostgresBroker } from '../bus/postgres/postgres-broker.ts';
import { RedisBroker } from '../bus/redis/redis-broker.ts';
import { parseRedisUrl } from '../bus/redis/redis-url.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { StartupError } from '../runtime/startup-error.ts';
import type { ClusterStorage } from '../storage/cluster-log.ts';

export interface BusOptions {
  readonly redisUrl: string | null;
  /** The same for all nodes on one database. */
  readonly cluster: string;
  readonly storage: ClusterStorage;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Not connected yet.
 *
 * @throws StartupError
 */
export function createBus({ redisUrl, cluster, storage, clock, log }: BusOptions): Bus {
  const boot = randomUUID();
  const random = Math.random;
  const shared = {
    self: { node: storage.node, boot },
    clock,
    random,
    onError: (error: unknown) => log.error({ err: error }, 'message of another node not handled'),
  };
  const slow = new BrokerBus({
    ...shared,
    broker: new PostgresBroker({ database: storage.relay, instance: boot, clock, random }),
  });
  if (redisUrl === null) return slow;
  const result = parseRedisUrl(redisUrl);
  if (result.kind === 'invalid')
    throw new StartupError(`REDIS_URL is not usable: ${result.problem}.`);
  const broker = new RedisBroker({ target: result.target, cluster, clock, random });
  const bus = new FallbackBus({
    first: new BrokerBus({ ...shared, broker }),
    second: slow,
    clock,
    onError: shared.onError,
  });
  bus.onState((state) => {
    if (state.kind === 'up') log.info('connected to other nodes through Redis');
    else if (state.reason.code !== 'closed')
      log.warn(
        { reason: state.reason.code, detail: state.reason.detail },
        'Redis does not work; other nodes are followed through the database',
      );
  });
  return bus;
}
