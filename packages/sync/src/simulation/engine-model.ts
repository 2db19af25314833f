/**
 * The engine of one server: an authority, appends with unknown outcomes, and, in a cluster, what other
 * servers append. It does what the server's engine does, on a simulated clock.
 */
import type { ManualClock, SeededRandom } from '@tandem/testkit';
import { Authority } from '../authority.ts';
import type { EngineEvent, EngineRequest } from '../engine-event.ts';
import { JournalFollower } from '../journal-follower.ts';
import { FOLLOW_GAP_MS } from '../limits.ts';
import type { Batch } from '../stored-document.ts';
import type { BusMessage, BusModel } from './bus-model.ts';
import { rules } from './content.ts';
import type { JournalModel } from './journal-model.ts';

export interface EngineFaults {
  commitFails: number;
  commitCrashes: number;
}

export interface ClusterFaults {
  /** Another server holds the document. */
  commitBusy: number;
  /** A failed append is written after all, when it has been repeated. */
  commitLate: number;
}

export interface EngineModelOptions {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly journal: JournalModel;
  /** Probability that a commit fails or crashes the process; half of the faults follow the write. */
  readonly faults: EngineFaults;
  readonly cluster?: { readonly bus: BusModel; readonly faults: ClusterFaults } | undefined;
  readonly emit: (event: EngineEvent) => void;
  readonly crash: () => void;
}

type Waiting = Extract<EngineRequest, { readonly kind: 'open' | 'append' }>;

const COMMIT_MS = 6;
const LATE_MS = 40;

export class EngineModel {
  readonly #options: EngineModelOptions;
  #authority: Authority;
  #follower: JournalFollower;
  #waiting: { readonly request: Waiting; readonly read: number }[] = [];
  #gap: unknown = null;
  #state: 'running' | 'ended' = 'running';
  readonly #listener = (message: BusMessage) => this.#handle(message);

  constructor(options: EngineModelOptions) {
    this.#options = options;
    this.#authority = Authority.load(options.journal.load(), rules);
    this.#follower = new JournalFollower(this.#authority);
    options.cluster?.bus.subscribe(this.#listener);
  }

  get authority(): Authority {
    return this.#authority;
  }

  end(): void {
    this.#state = 'ended';
    this.#options.cluster?.bus.unsubscribe(this.#listener);
  }

  ask(request: EngineRequest): void {
    const { subscription } = request;
    const isShared = this.#options.cluster !== undefined;
    switch (request.kind) {
      case 'open':
        if (isShared && this.#authority.isOutdatedFor(request)) this.#wait(request);
        else this.#authority.open(request);
        break;
      case 'append': {
        const waits = this.#waiting.some(({ request }) => request.subscription === subscription);
        if (waits || this.#submit(request, isShared ? 'may-be-behind' : 'current') === 'behind')
          this.#wait(request);
        break;
      }
      case 'rows:request':
        this.#authority.readRows(request);
        break;
      case 'close':
        this.#waiting = this.#waiting.filter(
          ({ request }) => request.subscription !== subscription,
        );
        this.#authority.close(subscription);
    }
    this.#turn();
  }

  /** Loads the document again. Subscriptions end. */
  lose(): void {
    const { journal, emit, clock } = this.#options;
    const waiting = this.#waiting;
    clock.clearTimeout(this.#gap);
    [this.#waiting, this.#gap] = [[], null];
    this.#authority = Authority.load(journal.load(), rules);
    this.#follower = new JournalFollower(this.#authority);
    emit({ kind: 'lost', document: journal.document });
    // What was just loaded is new enough.
    for (const { request } of waiting) if (request.kind === 'open') this.#authority.open(request);
  }

  #submit(
    request: Extract<EngineRequest, { readonly kind: 'append' }>,
    server: 'current' | 'may-be-behind',
  ) {
    return this.#authority.submit({ ...request, at: this.#options.clock.now() }, server);
  }

  #wait(request: Waiting): void {
    const earlier = this.#waiting.find(
      (waiting) => waiting.request.subscription === request.subscription,
    );
    this.#waiting.push({ request, read: earlier?.read ?? this.#follower.request() });
  }

  #handle(message: BusMessage): void {
    if (message.epoch !== this.#authority.epoch) this.#follower.request();
    else if (message.kind === 'later') this.#follower.receive(message.later);
    else this.#follower.announce(message.head);
    this.#turn();
  }

  #turn(): void {
    this.#follow();
    const answered = this.#waiting.filter(({ read }) => this.#follower.isApplied(read));
    this.#waiting = this.#waiting.filter(({ read }) => !this.#follower.isApplied(read));
    for (const { request } of answered)
      if (request.kind === 'open') this.#authority.open(request);
      else this.#submit(request, 'current');
    for (const event of this.#authority.takeEvents()) this.#emit(event);
    const batch = this.#authority.batch();
    if (batch !== null) this.#append(batch);
  }

  #emit(event: EngineEvent): void {
    const { journal, emit } = this.#options;
    if (
      event.kind === 'committed' &&
      event.epoch === journal.epoch &&
      !journal.hasRows(event.from, event.updates)
    )
      throw new Error(`rows ${event.from}-${event.to} are not those of the journal`);
    emit(event);
  }

  #append(batch: Batch): void {
    const { clock, random, journal, faults, cluster, crash } = this.#options;
    const authority = this.#authority;
    const isOver = () => this.#state === 'ended' || this.#authority !== authority;
    const settle = (work: () => void): void => {
      clock.setTimeout(
        () => {
          if (isOver()) return;
          work();
          this.#follower.resolve();
          this.#turn();
        },
        random.int(0, COMMIT_MS),
      );
    };
    clock.setTimeout(
      () => {
        if (isOver()) return;
        if (cluster !== undefined && random.chance(cluster.faults.commitBusy))
          return settle(() => authority.postponed(batch));
        const outcome = random.chance(faults.commitFails)
          ? 'fails'
          : random.chance(faults.commitCrashes)
            ? 'crashes'
            : 'succeeds';
        const isWritten = outcome === 'succeeds' || random.chance(0.5);
        const appended = isWritten ? journal.append(batch) : null;
        if (appended === null && cluster !== undefined && random.chance(cluster.faults.commitLate))
          clock.setTimeout(() => journal.append(batch), random.int(0, LATE_MS));
        if (appended === 'conflict' && cluster === undefined)
          throw new Error(`a batch after ${batch.base} at head ${journal.head}`);
        if (outcome === 'crashes') return crash();
        // The answer takes time, during which the engine continues.
        settle(() => {
          if (outcome === 'fails') authority.failed(batch);
          else if (appended === 'conflict') authority.conflicted(batch);
          else this.#committed(batch);
        });
      },
      random.int(0, COMMIT_MS),
    );
  }

  #committed(batch: Batch): void {
    const { random, cluster } = this.#options;
    this.#authority.committed(batch);
    if (cluster === undefined) return;
    const { epoch, id, base, tail: previousTail, rows, owners } = batch;
    const later = { base, rows, owners, tail: id, previousTail, schema: 0 };
    cluster.bus.publish(
      random.chance(0.1)
        ? { kind: 'moved', epoch, head: base + rows.length }
        : { kind: 'later', epoch, later },
      this.#listener,
    );
  }

  #follow(): void {
    const { clock } = this.#options;
    switch (this.#follower.need) {
      case 'nothing':
        break;
      case 'rows-soon':
        this.#gap ??= clock.setTimeout(() => {
          this.#gap = null;
          if (this.#state === 'running' && this.#follower.need !== 'nothing') this.#read();
        }, FOLLOW_GAP_MS);
        break;
      case 'rows-now':
        this.#read();
    }
  }

  #read(): void {
    const { clock, random, journal } = this.#options;
    const follower = this.#follower;
    const position = follower.begin();
    const isOver = () => this.#state === 'ended' || this.#follower !== follower;
    clock.setTimeout(
      () => {
        if (isOver()) return;
        const later = journal.readLater(position);
        clock.setTimeout(
          () => {
            if (isOver()) return;
            if (follower.answer(later) === 'lost') this.lose();
            this.#turn();
          },
          random.int(0, COMMIT_MS),
        );
      },
      random.int(0, COMMIT_MS),
    );
  }
}
