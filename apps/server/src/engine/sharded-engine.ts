/** The engine as the gateway sees it: spreads documents over shards by their names. */
import { randomUUID } from 'node:crypto';
import type { ErrorBody } from '@tandem/protocol';
import type { EngineRequest } from '@tandem/sync';
import type { CompactionQueue } from './compaction-queue.ts';
import type {
  CreateRequest,
  DocumentView,
  Engine,
  EngineNotice,
  EngineStats,
  FollowRequest,
} from './port.ts';
import type { ShardClient } from './shard-client.ts';

export interface ShardedEngineOptions {
  readonly shards: readonly { readonly shard: ShardClient; readonly restarts: number }[];
  readonly compactions: CompactionQueue;
  readonly stop: () => Promise<void>;
}

export class ShardedEngine implements Engine {
  readonly #options: ShardedEngineOptions;
  #listener: (notices: readonly EngineNotice[]) => void = () => {};

  constructor(options: ShardedEngineOptions) {
    this.#options = options;
  }

  request(request: EngineRequest): void {
    this.shardOf(request.document).send(request);
  }

  follow(request: FollowRequest): void {
    this.shardOf(request.document).follow(request);
  }

  reload(document: string): void {
    this.shardOf(document).send({ kind: 'reload', document });
  }

  async create(request: CreateRequest): Promise<'created' | 'exists'> {
    const epoch = randomUUID();
    const reply = await this.shardOf(request.document).request((id) => ({
      kind: 'create',
      id,
      epoch,
      request,
    }));
    return reply.kind === 'created' ? reply.outcome : 'exists';
  }

  async delete(
    document: string,
    { maxHead }: { readonly maxHead: number },
  ): Promise<'deleted' | 'kept'> {
    const reply = await this.shardOf(document).request((id) => ({
      kind: 'delete',
      id,
      document,
      maxHead,
    }));
    return reply.kind === 'deleted' ? reply.outcome : 'kept';
  }

  async view(document: string): Promise<DocumentView | null> {
    const reply = await this.shardOf(document).request((id) => ({ kind: 'view', id, document }));
    return reply.kind === 'viewed' ? reply.view : null;
  }

  isFull(document: string): boolean {
    return this.shardOf(document).isFull;
  }

  storageError(document: string): ErrorBody | null {
    return this.shardOf(document).storageError;
  }

  onNotices(listener: (notices: readonly EngineNotice[]) => void): void {
    this.#listener = listener;
  }

  notify(notices: readonly EngineNotice[]): void {
    this.#listener(notices);
  }

  stats(): EngineStats {
    const { shards, compactions } = this.#options;
    return {
      shards: shards.map(({ shard, restarts }) => ({ ...shard.stats, restarts })),
      compactions: compactions.compactions,
    };
  }

  shardOf(document: string): ShardClient {
    const { shards } = this.#options;
    return shards[hash(document) % shards.length]!.shard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.stop();
  }
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
