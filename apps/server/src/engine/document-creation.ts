/** Creates and deletes documents in the journal, for a shard. */
import { errorOf } from '@tandem/protocol';
import type { Clock } from '../runtime/clock.ts';
import type { Journal } from '../storage/journal/journal.ts';
import { toSeed } from './loaded-document.ts';
import type { RequestOf } from './shard-message.ts';
import type { TurnResults } from './turn-results.ts';

export class DocumentCreation {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #results: TurnResults;

  constructor(options: {
    readonly journal: Journal;
    readonly clock: Clock;
    readonly results: TurnResults;
  }) {
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#results = options.results;
  }

  async create({ id, epoch, request }: RequestOf<'create'>): Promise<void> {
    const { document, kind } = request;
    try {
      const seed = toSeed(request, this.#clock.now());
      const outcome = await this.#journal.create({ document, epoch, kind, seed });
      this.#results.reply({ id, kind: 'created', outcome });
    } catch (error) {
      this.#results.reply({ id, kind: 'failed', error: errorOf('storage-failed') });
      this.#results.reportError('document not created', error, document);
    }
  }

  async delete({ id, document, maxHead }: RequestOf<'delete'>, isInUse: boolean): Promise<void> {
    try {
      const outcome = isInUse ? 'kept' : await this.#journal.delete(document, { maxHead });
      this.#results.reply({ id, kind: 'deleted', outcome });
    } catch (error) {
      this.#results.reply({ id, kind: 'failed', error: errorOf('storage-failed') });
      this.#results.reportError('document not deleted', error, document);
    }
  }
}
