/** Documents and users to execute commands on, with the real transactions and a database in memory. */
import { onTestFinished } from 'vitest';
import { binaryCodec, type Call, type ChannelEvent, type ServerMessage } from '@tandem/protocol';
import { systemClock } from '../../../runtime/clock.ts';
import {
  chatKey,
  inboxKey,
  libraryKey,
  sharingKey,
  type ChannelKey,
} from '../../../storage/channel-key.ts';
import { DatabaseJobStore } from '../../../storage/jobs/database-job-store.ts';
import { openDatabase } from '../../../storage/sqlite/database.ts';
import { LocalExecutor } from '../../../storage/sqlite/executor.ts';
import type { Database } from '../../../storage/tables.ts';
import { createUser } from '../../../storage/users.ts';
import { SqliteCommandStore } from '../../../storage/sqlite/sqlite-command-store.ts';
import { CommandTransactions, type TransactionResult } from '../../command-transactions.ts';
import type { CommandAnswer, Effect, ServerCall, ServerCommand } from '../../command-runner.ts';
import { HANDLERS } from '../handlers.ts';

export const DOCUMENT = 'document-of-the-fixture';

export type AnyCall =
  | Call
  | { readonly name: 'document:visit'; readonly input: { readonly document: string } }
  | Exclude<ServerCall, Call | { readonly name: 'document:visit' }>;

/** An administrator whom the database does not know. */
export const BY_SETTING = { isNamed: true, session: '' };

export class Fixture {
  readonly db: Database;
  readonly #transactions: CommandTransactions;
  #commands = 0;
  readonly events = new Map<ChannelKey, ChannelEvent[]>();
  readonly effects: Effect[] = [];
  now = 1_000;

  private constructor(db: Database, executor: LocalExecutor) {
    this.db = db;
    const store = SqliteCommandStore.over(executor);
    this.#transactions = new CommandTransactions({
      store,
      jobs: new DatabaseJobStore({ db: store.db, kind: 'sqlite', clock: systemClock }),
      handlers: HANDLERS,
      isAudited: true,
      allowsPublicPages: true,
      sendsMail: true,
      clock: { now: () => ++this.now },
      onFault: (_command, error) => {
        throw error;
      },
    });
  }

  static async open(people: readonly string[] = []): Promise<Fixture> {
    const executor = new LocalExecutor(':memory:');
    const db = await openDatabase(executor);
    onTestFinished(() => db.destroy());
    for (const [color, id] of people.entries())
      await createUser(db, { id, name: `Name of ${id}`, color: color % 8, at: 0 });
    return new Fixture(db, executor);
  }

  nextId(): string {
    return `01K0${String(++this.#commands).padStart(22, '0')}`;
  }

  async run(user: string, call: AnyCall, id = this.nextId()): Promise<CommandAnswer> {
    const [answer] = await this.runAll([{ user, call, id }]);
    return answer as CommandAnswer;
  }

  async runAll(
    requests: readonly {
      readonly user: string;
      readonly session?: string;
      readonly call: AnyCall;
      readonly id?: string;
    }[],
  ): Promise<TransactionResult['answers']> {
    const { answers, events, effects } = await this.#transactions.run(
      requests.map(({ user, session, call, id = this.nextId() }) => ({
        user,
        ...(session === undefined ? {} : { session }),
        command: commandOf(user, call, id),
      })),
    );
    for (const run of events) {
      const before = this.events.get(run.key) ?? [];
      if (run.from !== before.length) throw new Error(`a gap in ${run.key}`);
      this.events.set(run.key, [...before, ...run.events]);
      const to = run.from + run.events.length;
      assertDecodable({ type: 'events', channel: 1, from: run.from, to, events: [...run.events] });
    }
    for (const answer of answers) {
      const envelope = { channel: 0, id: this.nextId() };
      if (answer.kind === 'refused')
        assertDecodable({ type: 'refused', ...envelope, error: answer.error });
      else {
        const { repeated, positions } = answer;
        assertDecodable({ type: 'done', ...envelope, repeated, positions: [...positions] });
      }
    }
    this.effects.push(...effects);
    return answers;
  }

  /** @throws when it is refused. */
  async do(user: string, call: AnyCall): Promise<void> {
    const answer = await this.run(user, call);
    if (answer.kind === 'refused') throw new Error(answer.error.message);
  }

  library(user: string): readonly ChannelEvent[] {
    return this.events.get(libraryKey(user)) ?? [];
  }

  inbox(user: string): readonly ChannelEvent[] {
    return this.events.get(inboxKey(user)) ?? [];
  }

  chat(document = DOCUMENT): readonly ChannelEvent[] {
    return this.events.get(chatKey(document)) ?? [];
  }

  sharing(document = DOCUMENT): readonly ChannelEvent[] {
    return this.events.get(sharingKey(document)) ?? [];
  }
}

/** @throws when a client could not decode the message (W6). */
export function assertDecodable(message: ServerMessage): void {
  const decoded = binaryCodec.decodeFromServer(binaryCodec.encode(message));
  if (decoded.kind === 'invalid') throw new Error(decoded.reason);
}

function commandOf(user: string, call: AnyCall, id: string): ServerCommand {
  if (call.name !== 'document:visit') return { ...call, id };
  return { ...call, id, input: { visits: [{ user, document: call.input.document }] } };
}

/** The server does not read what an anchor means. */
export const ANCHOR = {
  start: { client: 1, clock: 0 },
  end: { client: 1, clock: 2 },
  block: 'b1',
  quote: 'low',
  prefix: '',
  suffix: ' water',
  length: 3,
  unique: 'quote' as const,
};

export async function meet(db: Database, [owner, user]: readonly [string, string]): Promise<void> {
  const id = `of-${owner}-and-${user}`;
  const at = { created_at: 0, updated_at: 0 };
  await db
    .insertInto('document')
    .values({ id, kind: 'page', title: '', owner, link_access: 'off', excerpt: '', ...at })
    .execute();
  await db
    .insertInto('member')
    .values({ document: id, user, role: 'viewer', own_role: 'viewer' })
    .execute();
}

/** Ada owns a document; Ed is an editor, Coe a commenter and Vi a viewer; Lin visited by link; Ned, whom Ada has met, never did. */
export async function fixtureWithRoles(): Promise<Fixture> {
  const fixture = await Fixture.open(['ada', 'ed', 'coe', 'vi', 'lin', 'ned']);
  const document = DOCUMENT;
  await meet(fixture.db, ['ned', 'ada']);
  await fixture.do('ada', { name: 'document:create', input: { document, title: 'Plan' } });
  for (const user of ['ed', 'coe', 'vi', 'lin'])
    await fixture.do(user, { name: 'document:visit', input: { document } });
  await fixture.do('ada', {
    name: 'member:change',
    input: { document, user: 'ed', role: 'editor' },
  });
  await fixture.do('ada', {
    name: 'member:change',
    input: { document, user: 'coe', role: 'commenter' },
  });
  await fixture.do('ada', {
    name: 'member:change',
    input: { document, user: 'vi', role: 'viewer' },
  });
  return fixture;
}
