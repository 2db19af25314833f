import { expect, test } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';

const NOBODY = { username: null, password: null };

test('REDIS_URL with one server', () => {
  const plain = { isTls: false, credentials: NOBODY, sentinel: null };
  const target = (url: string) => {
    const result = parseRedisUrl(url);
    return result.kind === 'target' ? result.target : result;
  };
  const servers = [{ host: 'redis.internal', port: 6379 }];
  expect(target('redis://redis.internal')).toEqual({ ...plain, servers });
  expect(target(' REDIS://redis.internal:6379/3 ')).toEqual({ ...plain, servers });
  expect(target('rediss://redis.internal:6380')).toEqual({
    ...plain,
    isTls: true,
    servers: [{ host: 'redis.internal', port: 6380 }],
  });
  expect(target('redis://[::1]:7000')).toMatchObject({ servers: [{ host: '::1', port: 7000 }] });
  expect(target('redis://:p%40ss%2F%3A@redis.internal')).toMatchObject({
    credentials: { username: null, password: 'p@ss/:' },
  });
  expect(target('redis://user:a:b@redis.internal')).toMatchObject({
    credentials: { username: 'user', password: 'a:b' },
  });
});

test('REDIS_URL with several servers, and with sentinels', () => {
  expect(parseRedisUrl('redis://one,two:7000,[::1]')).toMatchObject({
    target: {
      servers: [
        { host: 'one', port: 6379 },
        { host: 'two', port: 7000 },
        { host: '::1', port: 6379 },
      ],
      sentinel: null,
    },
  });
  const url = 'rediss+sentinel://u:p@one,two:7000/my%20main?sentinel_password=other';
  expect(parseRedisUrl(url)).toEqual({
    kind: 'target',
    target: {
      servers: [
        { host: 'one', port: 26_379 },
        { host: 'two', port: 7000 },
      ],
      isTls: true,
      credentials: { username: 'u', password: 'p' },
      sentinel: { primary: 'my main', credentials: { username: null, password: 'other' } },
    },
  });
});

test.each([
  '',
  'localhost:6379',
  'http://localhost',
  'redis://',
  'redis://one,,two',
  'redis://one:0',
  'redis://one:70000',
  'redis://one:port',
  'redis://::1',
  'redis://:secret%ZZ@one',
  'redis+sentinel://one',
  'redis+sentinel://one/%ZZ',
  'redis://user:sec@ret@one',
])('%j is refused without showing it', (url) => {
  const result = parseRedisUrl(url);
  expect(result.kind).toBe('invalid');
  expect(JSON.stringify(result)).not.toMatch(/secret|ret@/);
});
