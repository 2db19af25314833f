/** Notifications in Postgres, and on two servers of one database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@tandem/testkit';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { InboxPage, MessageOf, Notification } from '@tandem/protocol';
import { systemClock } from '../../src/runtime/clock.ts';
import { NOTIFICATIONS } from '../../src/storage/limits.ts';
import { addNotifications } from '../../src/storage/notifications.ts';
import { testNotifications } from '../../src/storage/notifications.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { command, create, newDocument, runCommand, subscribe } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { signIn, type SignedIn } from '../signed-in.ts';

describe('notifications in Postgres', () => {
  testNotifications(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  });
});

test('NT8 two nodes that notify the same people do not wait for each other in a circle', async () => {
  const url = await createDatabase(inject('postgres'));
  const open = async (name: string) => {
    const postgres = new Postgres({ url, connections: 2, name });
    const db = await openPostgres(postgres, { clock: systemClock });
    onTestFinished(() => db.destroy());
    return db;
  };
  const nodes = [await open('one'), await open('other')] as const;
  const people = Array.from({ length: 40 }, (_, i) => `p${i}`);
  for (const user of people)
    await nodes[0]
      .insertInto('notification')
      .values(
        Array.from({ length: NOTIFICATIONS.maxKept }, (_, i) => ({
          ...{ user, id: `0${String(i).padStart(25, '0')}`, kind: 'mention' as const },
          ...{ document: 'd1', cause: `c${i}`, channel: 'chat' as const, number: 1, thread: null },
          ...{ actor: 'ada', at: 1, read_at: null },
        })),
      )
      .execute();
  const recipients = people.map((user) => ({ user, kind: 'mention' as const }));
  for (let round = 0; round < 10; round++)
    await Promise.all(
      [recipients, recipients.toReversed()].map((all, node) =>
        nodes[node]!.transaction().execute((open) => {
          const cause = { document: `d${node}`, cause: `r${round}`, actor: 'ada', at: 2 };
          return addNotifications(open, { ...cause, message: null }, all);
        }),
      ),
    );
  const { count } = await nodes[0]
    .selectFrom('notification')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  expect(Number(count)).toBeGreaterThanOrEqual(people.length * NOTIFICATIONS.maxKept);
});

async function startNodes(): Promise<readonly [RunningServer, RunningServer]> {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' });
  return [await start(), await start()];
}

const mention = (document: string, { user }: SignedIn, text: string) =>
  command({
    name: 'chat:send',
    input: {
      ...{ document, text, replyTo: null },
      mentions: [{ user: user.id, offset: 0, length: 1 }],
    },
  });

/** Both people have the document on their lists. */
async function shareDocument(node: RunningServer, ada: SignedIn, ben: SignedIn): Promise<string> {
  const document = newDocument();
  const owner = await NativeClient.onAuthenticated(node, { guest: ada });
  await runCommand(owner, create(document));
  const input = { document, link: 'edit' } as const;
  await runCommand(owner, command({ name: 'link:change', input }));
  const visitor = await NativeClient.onAuthenticated(node, { guest: ben });
  await runCommand(visitor, create(document));
  owner.socket.close();
  visitor.socket.close();
  return document;
}

function listed(client: NativeClient): readonly Notification[] {
  return client.received.flatMap((message) =>
    message.type === 'events'
      ? message.events.flatMap((event) =>
          event.name === 'notification:listed' ? event.notifications : [],
        )
      : [],
  );
}

async function readAll(guest: SignedIn): Promise<readonly Notification[]> {
  const found: Notification[] = [];
  for (let next: string | null = ''; next !== null;) {
    const before: string = next === '' ? '' : `?before=${next}`;
    const page = (await (await guest.fetch(`/api/notifications${before}`)).json()) as InboxPage;
    found.push(...page.notifications);
    ({ next } = page);
  }
  return found;
}

test('NT9 nothing comes twice, and nothing is lost, when a node is killed in between', async () => {
  const random = new SeededRandom(11);
  for (let round = 0; round < 4; round++) {
    const [one, other] = await startNodes();
    const ada = await signIn(one);
    const ben = await signIn(other);
    const document = await shareDocument(other, ada, ben);
    const reader = await NativeClient.onAuthenticated(other, { guest: ben });
    await subscribe(reader, 'inbox');
    // This one loses its node, and comes back to the other with its position.
    const returning = await NativeClient.onAuthenticated(one, { guest: ben });
    const { epoch, offset } = await subscribe(returning, 'inbox');

    const writer = await NativeClient.onAuthenticated(one, { guest: ada });
    const commands: MessageOf<'command'>[] = [];
    const isAnswered = ({ id }: MessageOf<'command'>) =>
      writer.received.some((message) => message.type === 'done' && message.id === id);
    const killed = sleep(random.int(20, 200)).then(() => one.kill());
    for (let i = 0; i < 25; i++) {
      const sent = mention(document, ben, `m${i}`);
      commands.push(sent);
      writer.send(sent);
      await sleep(random.int(0, 12));
    }
    await killed;
    const answered = commands.filter(isAnswered).length;

    // As a client does, that does not know what became of its commands.
    const again = await NativeClient.onAuthenticated(other, { guest: ada });
    for (const sent of commands) await runCommand(again, sent);
    await eventually(
      () => `all are there; ${answered} were answered, and ${listed(reader).length} came`,
      () => listed(reader).length >= commands.length,
    );
    await sleep(300);
    const messages = commands.map(({ id }) => id).toSorted();
    const causes = (of: readonly Notification[]) => of.map(({ source }) => source!.message);
    expect(causes(listed(reader)).toSorted()).toEqual(messages);
    expect(causes(await readAll(ben)).toSorted()).toEqual(messages);

    const back = await NativeClient.onAuthenticated(other, { guest: ben });
    const before = causes(listed(returning));
    const position = { epoch, offset: offset + before.length };
    expect(await subscribe(back, 'inbox', position)).toMatchObject({ recovered: true });
    await eventually(
      'the others arrive',
      () => [...before, ...causes(listed(back))].length >= messages.length,
    );
    expect([...before, ...causes(listed(back))].toSorted()).toEqual(messages);
    await other.kill();
  }
});

test('NT6 NT9 what is seen on one node is seen on the other, while both notify', async () => {
  const [one, other] = await startNodes();
  const ada = await signIn(one);
  const ben = await signIn(one);
  const documents = [await shareDocument(one, ada, ben), await shareDocument(one, ada, ben)];
  const readers = [
    await NativeClient.onAuthenticated(one, { guest: ben }),
    await NativeClient.onAuthenticated(other, { guest: ben }),
  ];
  for (const reader of readers) await subscribe(reader, 'inbox');
  const writers = [
    await NativeClient.onAuthenticated(one, { guest: ada }),
    await NativeClient.onAuthenticated(other, { guest: ada }),
  ];
  // The same person is notified by both nodes at the same time, of two documents.
  await Promise.all(
    writers.map(async (writer, at) => {
      for (let i = 0; i < 20; i++)
        await runCommand(writer, mention(documents[at]!, ben, `m${at}.${i}`));
    }),
  );
  await eventually('both devices have all', () =>
    readers.every((reader) => listed(reader).length === 40),
  );
  const ids = (reader: NativeClient) => listed(reader).map(({ id }) => id);
  expect(ids(readers[1]!)).toEqual(ids(readers[0]!));
  const until = ids(readers[0]!).toSorted().at(-1)!;
  await runCommand(readers[0]!, command({ name: 'notification:see-all', input: { until } }));
  const seen = ({ received }: NativeClient) =>
    received.flatMap((message) =>
      message.type === 'events'
        ? message.events.flatMap((event) =>
            event.name === 'notification:seen' ? event.notifications : [],
          )
        : [],
    );
  await eventually('both know', () => readers.every((reader) => seen(reader).length === 40));
  expect((await readAll(ben)).every(({ isRead }) => isRead)).toBe(true);
});
