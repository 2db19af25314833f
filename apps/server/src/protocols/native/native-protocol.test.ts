import { expect, test } from 'vitest';
import { binaryCodec, jsonCodec, type Codec } from '@tandem/protocol';
import type { Connection } from '../../connection/connection.ts';
import type { NativeServices } from '../protocol-services.ts';
import { NativeProtocol } from './native-protocol.ts';
import type { Data } from '../../transports/frame.ts';

function pinged(codec: Codec<Data>): Data | undefined {
  const queued: Data[] = [];
  const connection = { queue: (data: Data) => void queued.push(data) } as unknown as Connection;
  new NativeProtocol({ connection, codec, services: {} as NativeServices }).ping();
  return queued[0];
}

test('W13: says the same ping to all, in the words of each', () => {
  const binary = binaryCodec as Codec<Data>;
  expect(pinged(binary)).toBe(pinged(binary));
  expect(binaryCodec.decodeFromServer(pinged(binary) as Uint8Array)).toMatchObject({
    kind: 'ok',
    messages: [{ type: 'ping', channel: 0 }],
  });
  expect(JSON.parse(pinged(jsonCodec as Codec<Data>) as string)).toMatchObject({ type: 'ping' });
});
