import type { MessageOf, ServerMessage, ServerMessageType } from '@tandem/protocol';
import { eventually } from './eventually.ts';

/**
 * Waits for a message of `type`, and removes it from those that a client has received.
 *
 * @param isOver whether no more will come.
 */
export async function takeMessage<T extends ServerMessageType>(
  received: ServerMessage[],
  type: T,
  fits: (message: MessageOf<T>) => boolean = () => true,
  isOver: () => boolean = () => false,
): Promise<MessageOf<T>> {
  const at = () =>
    received.findIndex((message) => message.type === type && fits(message as MessageOf<T>));
  await eventually(
    () => `${type} comes; there are ${received.map((message) => message.type).join()}`,
    () => at() >= 0 || isOver(),
  );
  if (at() < 0) throw new Error(`the connection ended before ${type}`);
  return received.splice(at(), 1)[0] as MessageOf<T>;
}
