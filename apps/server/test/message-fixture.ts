/** Actors of each role in each state of a connection, and what their messages cause. */
import { ulid } from 'ulid';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { ClientMessageType, MessageOf, ServerMessage } from '@tandem/protocol';
import { chat, command, create, newDocument, runCommand, subscribe } from './event-client.ts';
import {
  cellOf,
  MESSAGE_TABLE,
  ROLES,
  STATES,
  type Answer,
  type Role,
  type Situation,
  type State,
  type Trace,
} from './message-table.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn, type SignedIn } from './signed-in.ts';

export const TYPES = Object.keys(MESSAGE_TABLE) as ClientMessageType[];
/** Yjs client ids, which identify the sender of rows and cursors. */
export const CLIENTS: { readonly [R in Role | 'witness']: number } = {
  owner: 11,
  editor: 12,
  commenter: 13,
  viewer: 14,
  outsider: 15,
  witness: 16,
};

/** A message type with its own users and documents, so that no effect can come from elsewhere. */
export interface Fixture {
  readonly server: RunningServer;
  readonly type: ClientMessageType;
  readonly people: { readonly [R in Role | 'witness']: SignedIn };
  readonly witness: NativeClient;
  readonly places: { readonly [S in State]: Place };
  readonly actors: Actor[];
}

interface Place {
  readonly document: string;
  readonly channel: number;
  readonly chat: number;
}

interface Actor {
  readonly state: State;
  readonly role: Role;
  readonly client: NativeClient;
}

const ends: (() => void)[] = [];

export async function setUpFixture(
  server: RunningServer,
  type: ClientMessageType,
): Promise<Fixture> {
  const names = [...ROLES, 'witness'] as const;
  const signedIn = await Promise.all(names.map(async (name) => [name, await signIn(server)]));
  const people = Object.fromEntries(signedIn) as Fixture['people'];
  const owner = await NativeClient.onAuthenticated(server, { guest: people.owner, atEnd: keep });
  const witness = await NativeClient.onAuthenticated(server, {
    guest: people.witness,
    atEnd: keep,
  });
  // Roles can be given only to users whom the owner has met.
  const meeting = newDocument();
  await runCommand(owner, create(meeting));
  for (const guest of Object.values(people)) {
    const client = await NativeClient.onAuthenticated(server, { guest, atEnd: keep });
    await client.open(meeting);
    client.socket.close();
  }
  const places: [State, Place][] = [];
  for (const state of STATES) {
    const document = newDocument();
    await runCommand(owner, create(document));
    await runCommand(owner, chat(document, 'The first'));
    const link = { document, link: 'off' } as const;
    await runCommand(owner, command({ name: 'link:change', input: link }));
    for (const role of ['editor', 'commenter', 'viewer', 'witness'] as const) {
      const input = {
        document,
        user: people[role].user.id,
        role: role === 'witness' ? 'editor' : role,
      } as const;
      await runCommand(owner, command({ name: 'member:change', input }));
    }
    const { channel } = await witness.open(document, { client: CLIENTS.witness });
    const update = updateOf(CLIENTS.witness);
    witness.send({ type: 'update', channel, cseq: 1, update });
    await witness.next('ack');
    places.push([
      state,
      { document, channel, chat: (await subscribe(witness, `chat:${document}`)).channel },
    ]);
  }
  owner.socket.close();
  return {
    server,
    type,
    people,
    witness,
    places: Object.fromEntries(places) as Fixture['places'],
    actors: [],
  };
}

export function endAll(): void {
  for (const end of ends) end();
}

function keep(end: () => void | Promise<void>): void {
  ends.push(() => void end());
}

function updateOf(client: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = client;
  doc.getMap('meta').set('schemaVersion', 1);
  return Y.encodeStateAsUpdate(doc);
}

function awarenessOf(client: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = client;
  const awareness = new Awareness(doc);
  awareness.setLocalState({ cursor: null });
  const update = encodeAwarenessUpdate(awareness, [client]);
  awareness.destroy();
  return update;
}

/** Brings a connection into a state, sends the message, and collects the answer. */
export async function act(
  fixture: Fixture,
  { state, role }: { state: State; role: Role },
): Promise<Actor> {
  const client = new NativeClient(fixture.server, { atEnd: keep });
  await client.opened();
  const actor = { state, role, client };
  fixture.actors.push(actor);
  const message = () => MESSAGE_TABLE[fixture.type].make(situationOf(fixture, actor));
  const { token } = fixture.people[role];
  if (state === 'before hello') {
    client.send(message());
    return actor;
  }
  const hello = { type: 'hello', channel: 0, protocol: 1, schema: 1, token } as const;
  if (state === 'authenticating') {
    client.send(hello, message());
    return actor;
  }
  const channels = state === 'without the channel' ? [] : channelsOf(fixture, actor);
  if (state === 'in the channel') client.send({ ...hello, channels });
  else client.send(hello, ...channels.map((message) => ({ ...message, channel: 0 })));
  await client.next('welcome');
  if (channels.length > 0) await entered(actor);
  if (state === 'after the channel') {
    const { channel, chat: chatChannel } = fixture.places[state];
    client.send({ type: 'leave', channel }, { type: 'unsubscribe', channel: chatChannel });
  }
  client.received.length = 0;
  if (state !== 'draining') client.send(message());
  else
    client.socket.on('message', () => {
      if (client.received.at(-1)?.type === 'goaway') client.send(message());
    });
  return actor;
}

function channelsOf(
  { places }: Fixture,
  { state, role }: Actor,
): NonNullable<MessageOf<'hello'>['channels']> {
  const { document } = places[state];
  return [
    { type: 'open', ref: 1, document, client: CLIENTS[role] },
    { type: 'subscribe', ref: 2, name: `chat:${document}` },
  ];
}

async function entered({ role, client }: Actor): Promise<void> {
  const isOutsider = role === 'outsider';
  await client.next(isOutsider ? 'closed' : 'opened');
  await client.next(isOutsider ? 'unsubscribed' : 'subscribed');
  // Updates follow the requested answer.
  if (!isOutsider) await client.next('updates');
}

function situationOf({ places, people }: Fixture, { state, role }: Actor): Situation {
  return {
    ...places[state],
    token: people[role].token,
    client: CLIENTS[role],
    update: () => updateOf(CLIENTS[role]),
    awareness: () => awarenessOf(CLIENTS[role]),
    ulid,
  };
}

/** Messages that are sent to channel members unprompted. */
const BACKGROUND: readonly ServerMessage['type'][] = [
  'presence:changed',
  'awareness',
  'typing:changed',
  'updates',
  'events',
  'ping',
  'goaway',
];

export function answersOf(fixture: Fixture, { state, role, client }: Actor): Answer[] {
  const expected = cellOf(fixture.type, { state, role }).answer;
  const isAnswer = ({ type }: ServerMessage): boolean =>
    type === expected ||
    !(
      BACKGROUND.includes(type) ||
      (type === 'welcome' && state === 'authenticating') ||
      type === 'error'
    );
  const answers = client.received.filter(isAnswer).map(answerOf);
  if (client.closed === null) return answers;
  return [...answers, `close ${client.closed.code}` as Answer];
}

function answerOf(message: ServerMessage): Answer {
  switch (message.type) {
    case 'closed':
    case 'nack':
    case 'refused':
    case 'unsubscribed':
      return `${message.type} ${message.error.code}`;
    default:
      return message.type;
  }
}

/** All effects of others that the document's members noticed, by sender. */
export function tracesOf({ witness, people, places }: Fixture): string[] {
  const traces = new Set<string>();
  const byUser = new Map(Object.entries(people).map(([name, { user }]) => [user.id, name]));
  const byClient = new Map(Object.entries(CLIENTS).map(([name, client]) => [client, name]));
  const awareness = new Awareness(new Y.Doc());
  for (const message of witness.received) {
    const found = Object.entries(places).find(([, { channel, chat: chatChannel }]) =>
      [channel, chatChannel].includes(message.channel),
    );
    const add = (trace: Trace, name: string | undefined) => {
      if (name !== 'witness') traces.add(`${found?.[0]}: ${name}: ${trace}`);
    };
    switch (message.type) {
      case 'updates':
        for (const update of message.updates)
          for (const client of Y.parseUpdateMeta(update).to.keys())
            add('text', byClient.get(client));
        break;
      case 'events':
        for (const event of message.events)
          if (event.name === 'chat:sent') add('chat', byUser.get(event.message.author.id));
        break;
      case 'typing:changed':
        for (const user of message.users) add('typing', byUser.get(user));
        break;
      case 'awareness':
        awareness.getStates().clear();
        awareness.meta.clear();
        applyAwarenessUpdate(awareness, message.update, null);
        for (const client of awareness.getStates().keys()) add('cursor', byClient.get(client));
        break;
      case 'presence:changed':
        for (const { user, state } of message.members)
          if (state === 'idle') add('idle', byUser.get(user));
        break;
      default:
        break;
    }
  }
  awareness.destroy();
  return [...traces].toSorted();
}
