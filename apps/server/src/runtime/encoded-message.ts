/** A message to any number of subscribers, encoded once for each format. */
import type { ServerMessage } from '@tandem/protocol';

export class EncodedMessage {
  readonly message: ServerMessage;
  /** A list: there is nearly always one format, and a map for each message would cost more. */
  readonly #encoded: { readonly format: unknown; readonly value: unknown }[] = [];

  constructor(message: ServerMessage) {
    this.message = message;
  }

  as<T>(format: unknown, encode: (message: ServerMessage) => T): T {
    const encoded = this.#encoded.find((entry) => entry.format === format);
    if (encoded !== undefined) return encoded.value as T;
    const value = encode(this.message);
    this.#encoded.push({ format, value });
    return value;
  }
}
