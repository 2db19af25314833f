/** The contract of buses, over a real Redis. */
import { describe, onTestFinished } from 'vitest';
import { testBus } from '../../src/bus/bus.contract.ts';
import { testTopics } from '../../src/bus/topics.contract.ts';
import { redisEnvironment } from './redis-bus.ts';
import { RedisServer, redisProgram } from './redis-server.ts';

describe.skipIf(redisProgram === null)('Redis', () => {
  const open = async () => redisEnvironment([await RedisServer.start(onTestFinished)]);
  testBus(open);
  testTopics(open);
});
