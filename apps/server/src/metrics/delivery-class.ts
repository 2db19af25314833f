/** The delivery guarantee of each message type. */
import type { ServerMessageType } from '@tandem/protocol';

/**
 * `reliable`: each one, in order. `latest`: the newest value of a key. `volatile`: of use only now.
 */
export const DELIVERY_CLASSES = ['reliable', 'latest', 'volatile'] as const;
export type DeliveryClass = (typeof DELIVERY_CLASSES)[number];

export const DELIVERY_CLASS = {
  welcome: 'reliable',
  opened: 'reliable',
  closed: 'reliable',
  'document:changed': 'reliable',
  ack: 'reliable',
  nack: 'reliable',
  updates: 'reliable',
  'state:request': 'reliable',
  awareness: 'latest',
  'presence:changed': 'latest',
  'presence:listed': 'reliable',
  'typing:changed': 'volatile',
  ping: 'volatile',
  pong: 'volatile',
  error: 'reliable',
  'storage:changed': 'reliable',
  goaway: 'reliable',
  authenticate: 'reliable',
  authenticated: 'reliable',
  done: 'reliable',
  refused: 'reliable',
  subscribed: 'reliable',
  unsubscribed: 'reliable',
  events: 'reliable',
  'activity:changed': 'latest',
  'dashboard:changed': 'latest',
} as const satisfies Record<ServerMessageType, DeliveryClass>;
