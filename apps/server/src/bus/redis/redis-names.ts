/** Names of channels in Redis, and their places in a Cluster: BU21. */

export const PARTITIONS = 128;
const CLUSTER_SLOTS = 16_384;

export const partitionTag = (partition: number): string =>
  `p${partition.toString(16).padStart(2, '0')}`;

/** The slot that a Cluster gives to all names with this partition's tag. */
export function slotOf(partition: number): number {
  return crc16(partitionTag(partition)) % CLUSTER_SLOTS;
}

export class RedisNames {
  readonly announcements: string;
  readonly #cluster: string;
  readonly #prefixLength: number;

  /** @param cluster the same in all nodes of a cluster, and in no other one */
  constructor(cluster: string) {
    this.#cluster = cluster;
    this.announcements = this.#name(0, 'n');
    this.#prefixLength = this.announcements.length - 1;
  }

  topic(topic: string): string {
    return this.#name(hash(topic) % PARTITIONS, `t.${topic}`);
  }

  mailbox(node: string): string {
    return this.#name(hash(node) % PARTITIONS, `m.${node}`);
  }

  echo(partition: number, node: string): string {
    return this.#name(partition, `e.${node}`);
  }

  /** Null for the name of something else. */
  topicOf(channel: string): string | null {
    const rest = channel.slice(this.#prefixLength);
    return rest.startsWith('t.') ? rest.slice(2) : null;
  }

  isEcho(channel: string): boolean {
    return channel.startsWith('e.', this.#prefixLength);
  }

  #name(partition: number, rest: string): string {
    return `{${partitionTag(partition)}}.tandem.${this.#cluster}.${rest}`;
  }
}

export function partitionOf(channel: string): number {
  return Number.parseInt(channel.slice(2, 4), 16);
}

/** FNV-1a over UTF-16 units: only the spread matters, and that all nodes agree. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++)
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  // The lowest bits alone are poor.
  return (value ^ (value >>> 15)) >>> 0;
}

/** CRC-16/XMODEM: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ */
function crc16(text: string): number {
  let crc = 0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}
