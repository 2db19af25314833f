/** The bus of a node, over Redis. */
import { randomUUID } from 'node:crypto';
import { BrokerBus } from '../bus/broker-bus.ts';
import type { Bus } from '../bus/bus.ts';
import { RedisBroker } from '../bus/redis/redis-broker.ts';
import { parseRedisUrl } from '../bus/redis/redis-url.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { StartupError } from '../runtime/startup-error.ts';

export interface RedisBusOptions {
  readonly redisUrl: string;
  /** The same for all nodes on one database. */
  readonly cluster: string;
  readonly node: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Not connected yet.
 *
 * @throws StartupError
 */
export function createRedisBus({ redisUrl, cluster, node, clock, log }: RedisBusOptions): Bus {
  const result = parseRedisUrl(redisUrl);
  if (result.kind === 'invalid')
    throw new StartupError(`REDIS_URL is not usable: ${result.problem}.`);
  const bus = new BrokerBus({
    broker: new RedisBroker({ target: result.target, cluster, clock, random: Math.random }),
    self: { node, boot: randomUUID() },
    clock,
    random: Math.random,
    onError: (error) => log.error({ err: error }, 'message of another node not handled'),
  });
  bus.onState((state) => {
    if (state.kind === 'up') log.info('connected to other nodes through Redis');
    else
      log.warn(
        { reason: state.reason.code, detail: state.reason.detail },
        'Redis does not work; other nodes are followed through the database',
      );
  });
  return bus;
}
