/**
 * Each message × each role × each connection state, on one server; expectations are in
 * `message-table.ts`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { MESSAGES, TRANSPORT_CLOSE_CODES, type ClientMessageType } from '@tandem/protocol';
import { subscribe } from './event-client.ts';
import { eventually } from './eventually.ts';
import { cellOf, ROLES, STATES, type Role, type State } from './message-table.ts';
import {
  act,
  answersOf,
  CLIENTS,
  endAll,
  setUpFixture,
  tracesOf,
  TYPES,
  type Fixture,
} from './message-fixture.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';

const atEnd = atEndOfFile();
let server: RunningServer;
let fixtures: Map<ClientMessageType, Fixture>;

beforeAll(async () => {
  server = await RunningServer.start({ LOG_LEVEL: 'info' }, atEnd);
  const made = await Promise.all(TYPES.map((type) => setUpFixture(server, type)));
  fixtures = new Map(made.map((fixture) => [fixture.type, fixture]));
});
afterAll(endAll);

const expectedTraces = (type: ClientMessageType, states: readonly State[]): string[] =>
  states
    .flatMap((state) =>
      ROLES.flatMap((role) => {
        const { trace } = cellOf(type, { state, role });
        return trace === null ? [] : [`${state}: ${role}: ${trace}`];
      }),
    )
    .toSorted();

const LIVE = STATES.filter((state) => state !== 'draining');

test('has a row for each message that a client may send', () => {
  const mayBeSent = Object.entries(MESSAGES).filter(([, { from }]) => from !== 'server');
  // Fragments are assembled below the message level.
  expect(
    mayBeSent
      .map(([type]) => type)
      .filter((type) => type !== 'fragment')
      .toSorted(),
  ).toEqual(TYPES.toSorted());
});

describe.each(TYPES)('%s', (type) => {
  test.each(LIVE)('%s', async (state) => {
    const fixture = fixtures.get(type) as Fixture;
    const actors = await Promise.all(ROLES.map((role) => act(fixture, { state, role })));
    for (const actor of actors) {
      const { answer } = cellOf(type, actor);
      if (answer === 'nothing') continue;
      await eventually(`${actor.role} gets ${answer}`, () =>
        answersOf(fixture, actor).includes(answer),
      );
    }
  });
});

describe('in the end', () => {
  beforeAll(async () => {
    for (const fixture of fixtures.values())
      await Promise.all(ROLES.map((role) => act(fixture, { state: 'draining', role })));
    const passing = () =>
      TYPES.every((type) => {
        const seen = tracesOf(fixtures.get(type) as Fixture);
        return expectedTraces(type, LIVE).every((trace) => seen.includes(trace));
      });
    // Missing traces are asserted below, by name.
    await eventually('what was done is seen', passing).catch(() => {});
  });

  test.each(TYPES)('%s was answered as it should be, and no other answer came', (type) => {
    const fixture = fixtures.get(type) as Fixture;
    for (const actor of fixture.actors) {
      if (actor.state === 'draining') continue;
      const { answer } = cellOf(type, actor);
      const answers = answersOf(fixture, actor);
      expect(answers, `${actor.state}: ${actor.role}`).toEqual(
        answer === 'nothing' ? [] : [answer],
      );
    }
  });

  test.each(TYPES)('%s was noticed by others where it should be, and nowhere else', (type) => {
    expect(tracesOf(fixtures.get(type) as Fixture)).toEqual(expectedTraces(type, LIVE));
  });

  test('outsiders received nothing of the documents, and members nothing of outsiders', () => {
    for (const { actors, people, witness } of fixtures.values()) {
      for (const { role, client } of actors)
        if (role === 'outsider')
          expect(client.received.filter(({ channel }) => channel !== 0)).toEqual([]);
      expect(JSON.stringify(witness.received)).not.toContain(people.outsider.user.id);
    }
  });

  test('a message to a server that drains is answered or not, and the connection ends with a restart', async () => {
    await server.kill('SIGTERM');
    for (const fixture of fixtures.values()) {
      for (const actor of fixture.actors) {
        if (actor.state !== 'draining') continue;
        const { code } = await actor.client.end();
        const { answer } = cellOf(fixture.type, actor);
        const answers = answersOf(fixture, actor).filter((each) => each !== answer);
        const restarted = `close ${TRANSPORT_CLOSE_CODES.restart}`;
        expect(answers, `${fixture.type}: ${actor.role}`).toEqual(
          answer === `close ${code}` ? [] : [restarted],
        );
      }
    }
  });

  test('what is on disk is what was acknowledged', async () => {
    server = await server.restart();
    for (const fixture of fixtures.values()) await expectKept(fixture);
  });
});

async function expectKept({ type, people, places, actors }: Fixture): Promise<void> {
  const reader = await NativeClient.onAuthenticated(server, { guest: people.witness });
  for (const state of STATES) {
    const { document } = places[state];
    const answered = (role: Role): boolean => {
      const { answer, trace } = cellOf(type, { state, role });
      if (trace !== 'text' && trace !== 'chat') return false;
      const actor = actors.find((each) => each.state === state && each.role === role);
      return actor?.client.received.some((message) => message.type === answer) === true;
    };
    const writers = ROLES.filter(answered);
    reader.received.length = 0;
    const { title } = await reader.open(document);
    expect(title).toBe('Tide log');
    const rows = await reader.next('updates');
    const clients = rows.updates.flatMap((update) => [...Y.parseUpdateMeta(update).to.keys()]);
    const { state: kept } = await subscribe(reader, `chat:${document}`);
    if (kept?.type !== 'chat') throw new Error('no chat');
    const authors = kept.messages.slice(1).map(({ author }) => author.id);
    const where = `${type}: ${state}`;
    const texts = type === 'update' ? writers.map((role) => CLIENTS[role]) : [];
    const chats = type === 'command' ? writers.map((role) => people[role].user.id) : [];
    const ascending = (a: number, b: number) => a - b;
    expect(clients.toSorted(ascending), where).toEqual(
      [...texts, CLIENTS.witness].toSorted(ascending),
    );
    expect(authors.toSorted(), where).toEqual(chats.toSorted());
  }
}
