/**
 * A message on its way to any number of subscribers. What a format makes of it is made once and
 * shared, whoever asks first.
 */
import type { ServerMessage } from '@tandem/protocol';

export class EncodedMessage {
  readonly message: ServerMessage;
  /** Nearly always one format; a map for each message would cost more than it saves. */
  readonly #made: { readonly format: unknown; readonly value: unknown }[] = [];

  constructor(message: ServerMessage) {
    this.message = message;
  }

  as<T>(format: unknown, make: (message: ServerMessage) => T): T {
    const made = this.#made.find((entry) => entry.format === format);
    if (made !== undefined) return made.value as T;
    const value = make(this.message);
    this.#made.push({ format, value });
    return value;
  }
}
