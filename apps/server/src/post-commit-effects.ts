/** Applies the effects of committed commands on open rooms, lists and access. Nothing else follows from a command but its events. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Activity } from './channels/activity.ts';
import type { ChannelHub } from './channels/channel-hub.ts';
import type { Rooms } from './documents/rooms.ts';
import { REREAD_RETRY } from './limits.ts';
import type { Clock } from './runtime/clock.ts';
import type { ErrorBoundary } from './runtime/error-boundary.ts';
import { RepeatedAttempt } from './runtime/repeated-attempt.ts';
import type { Administrators } from './accounts/administrators.ts';
import type { People } from './accounts/people.ts';
import type { CommandRunner, Effect } from './commands/command-runner.ts';
import type { CommittedEvents } from './storage/command-store.ts';

export interface PostCommitEffectsOptions {
  readonly hub: ChannelHub;
  readonly activity: Activity;
  readonly rooms: Rooms;
  readonly people: People;
  /** All documents inside these. */
  readonly findInside: (documents: readonly string[]) => Promise<readonly string[]>;
  readonly administrators: Administrators;
  readonly onSettingsChanged: () => Promise<void>;
  /** Ends connections whose sessions have ended. */
  readonly recheckSessions: () => Promise<void>;
  readonly onClientsMerged: (document: string) => void;
  readonly onJobsEnqueued: () => void;
  /** Also of when a link ends. */
  readonly onAccessChanged: () => void;
  readonly onRenamedHere: (document: string) => void;
  readonly onCommittedHere: (events: readonly CommittedEvents[]) => void;
  readonly errors: ErrorBoundary;
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
}

export class PostCommitEffects implements Disposable {
  readonly #options: PostCommitEffectsOptions;
  /** Who may enter is read until it is known (AC22). */
  readonly #administrators: RepeatedAttempt;
  readonly #settings: RepeatedAttempt;
  readonly #sessions: RepeatedAttempt;

  constructor(options: PostCommitEffectsOptions) {
    this.#options = options;
    const { administrators, onSettingsChanged, recheckSessions } = options;
    this.#administrators = this.#untilDone(() => administrators.refresh());
    this.#settings = this.#untilDone(onSettingsChanged);
    this.#sessions = this.#untilDone(recheckSessions);
  }

  [Symbol.dispose](): void {
    for (const attempt of [this.#administrators, this.#settings, this.#sessions])
      attempt[Symbol.dispose]();
  }

  /** @param onHandled receives the log's entry of each batch. */
  start(runner: CommandRunner, onHandled: (entry: number | null) => void): void {
    const { hub, people, onCommittedHere } = this.#options;
    runner.onCommitted(({ entry, events, effects }) => {
      hub.committed(events);
      onCommittedHere(events);
      this.apply(effects);
      onHandled(entry);
    });
    runner.onLost((unanswered) => {
      this.resync();
      for (const { user, command } of unanswered)
        if (command.name === 'profile:change') this.#reportFailure(people.renamed(user));
    });
  }

  apply(effects: readonly Effect[]): void {
    const { errors } = this.#options;
    const changed = new Set<string>();
    for (const effect of effects)
      if (effect.kind === 'access-changed') changed.add(effect.document);
    if (changed.size > 0)
      errors.run('command', { effect: 'access-changed' }, () => this.#accessChanged([...changed]));
    for (const effect of effects)
      errors.run('command', { effect: effect.kind }, () => this.#apply(effect));
  }

  /** Entries of other nodes come late: what was committed here since is newer than a title in them. */
  applyOfOthers(effects: readonly Effect[]): void {
    this.apply(effects.filter(({ kind }) => kind !== 'renamed'));
    for (const effect of effects)
      if (effect.kind === 'renamed') {
        this.#recheck(effect.document);
        this.#options.activity.changed(effect.document);
      }
  }

  /** Commits were missed: everything that is open is read again. */
  resync(): void {
    const { hub, activity, rooms, onJobsEnqueued, onAccessChanged } = this.#options;
    rooms.forget();
    hub.resync();
    activity.resync();
    onJobsEnqueued();
    onAccessChanged();
    this.#administrators.request();
    this.#settings.request();
    this.#sessions.request();
    const documents = new Set(hub.documents());
    for (const { document } of rooms.all()) documents.add(document);
    for (const document of documents) this.#recheck(document);
  }

  #apply(effect: Effect): void {
    const { activity, rooms, people } = this.#options;
    switch (effect.kind) {
      case 'access-changed':
        // Before the others, for all documents at once.
        break;
      case 'renamed':
        rooms.renameDocument(effect.document, effect.title);
        activity.changed(effect.document);
        this.#options.onRenamedHere(effect.document);
        break;
      case 'profile-changed':
        this.#reportFailure(people.renamed(effect.user));
        break;
      case 'unlisted':
        rooms.unlisted(effect);
        activity.relisted(effect.user);
        break;
      case 'listed':
        activity.relisted(effect.user);
        break;
      case 'chat':
        activity.chatted(effect.document, effect);
        break;
      case 'chat-deleted':
        activity.chatDeleted(effect.document, effect.number);
        break;
      case 'session-ended':
        people.sessionEnded(effect);
        break;
      case 'administrators-changed':
        this.#administrators.request();
        break;
      case 'settings-changed':
        this.#settings.request();
        break;
      case 'clients-merged':
        this.#options.onClientsMerged(effect.document);
        break;
      case 'jobs-enqueued':
        this.#options.onJobsEnqueued();
        break;
      case 'excerpt-changed':
        activity.excerptChanged(effect.document, effect);
    }
  }

  /** What changes access to documents changes access to what is inside them (TR5). */
  #accessChanged(documents: readonly string[]): void {
    for (const document of documents) this.#recheck(document);
    this.#reportFailure(this.#recheckInside(documents));
    this.#options.onAccessChanged();
  }

  async #recheckInside(documents: readonly string[]): Promise<void> {
    const { rooms, findInside } = this.#options;
    let inside: readonly string[];
    try {
      inside = await findInside(documents);
    } catch (error) {
      this.resync();
      throw error;
    }
    if (inside.length === 0) return;
    // From here on the old access admits no one; people whom it admitted have joined by the next turn.
    for (const id of inside) rooms.invalidate(id);
    await nextTurn();
    for (const id of inside) this.#recheckOpen(id);
  }

  #recheckOpen(document: string): void {
    const { hub, activity, rooms } = this.#options;
    if (rooms.find(document) !== undefined) this.#reportFailure(rooms.recheck(document));
    this.#reportFailure(hub.recheck(document));
    this.#reportFailure(activity.recheck(document));
  }

  #recheck(document: string): void {
    const { hub, activity, rooms } = this.#options;
    this.#reportFailure(rooms.recheck(document));
    this.#reportFailure(hub.recheck(document));
    this.#reportFailure(activity.recheck(document));
  }

  #untilDone(run: () => Promise<void>): RepeatedAttempt {
    const { errors, clock } = this.#options;
    return new RepeatedAttempt({
      run,
      onFailed: (error) => errors.report('command', {}, error),
      clock,
      backoff: REREAD_RETRY,
    });
  }

  #reportFailure(step: Promise<void>): void {
    step.catch((error: unknown) => this.#options.errors.report('command', {}, error));
  }
}
