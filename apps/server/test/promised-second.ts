/**
 * How long tests wait for what is promised within a second. Servers take some tenths of it; the rest is for a busy
 * machine. Without the message that makes it so, it would take until the next ping or the next token, which is longer.
 */
export const PROMISED_SECOND_MS = 5_000;
