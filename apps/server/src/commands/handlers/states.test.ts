import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reduceChannel, type ChannelState } from '@tandem/protocol';
import {
  chatKey,
  commentsKey,
  inboxKey,
  libraryKey,
  nameOf,
  sharingKey,
  trashKey,
  type ChannelKey,
} from '../../storage/channel-key.ts';
import { loadState } from '../../storage/channel-states.ts';
import { ANCHOR, Fixture, assertDecodable, type AnyCall } from './testing/command-fixture.ts';

const PEOPLE = ['ada', 'bob', 'cleo', 'dan'] as const;
const DOCUMENTS = ['the-document-of-ada', 'the-document-of-bob'] as const;
const RUNS = 40;
const TIME_LIMIT_MS = 60_000;
const SEED = 20_260_101;

type Place = number;

type Step =
  | { readonly kind: 'call'; readonly call: AnyCall }
  | { readonly kind: 'send'; readonly document: string; readonly replyTo: Place }
  | { readonly kind: 'comment'; readonly document: string }
  | { readonly kind: 'reply'; readonly message: Place }
  | { readonly kind: 'resolve'; readonly message: Place; readonly on: boolean }
  | { readonly kind: 'reanchor'; readonly message: Place; readonly quote: string }
  | { readonly kind: 'edit' | 'delete'; readonly message: Place }
  | {
      readonly kind: 'react';
      readonly message: Place;
      readonly emoji: string;
      readonly on: boolean;
    };

const document = fc.constantFrom(...DOCUMENTS);
const person = fc.constantFrom(...PEOPLE);
const client = fc.oneof(person, fc.constant('owner' as const));
const place = fc.nat(3);

const call = fc.oneof(
  fc.record({
    name: fc.constant('document:rename' as const),
    input: fc.record({ document, title: fc.constantFrom('', 'Plan', 'Plan B') }),
  }),
  fc.record({
    name: fc.constant('document:follow' as const),
    input: fc.record({ document, follows: fc.constantFrom('all', 'own', 'none') }),
  }),
  fc.record({
    name: fc.constant('notification:see-all' as const),
    input: fc.record({ until: fc.constantFrom('00000000ZZ0000000000000000', 'Z'.repeat(26)) }),
  }),
  fc.record({ name: fc.constant('document:unlist' as const), input: fc.record({ document }) }),
  fc.record({
    name: fc.constantFrom('document:trash' as const, 'document:restore' as const),
    input: fc.record({ document }),
  }),
  fc.record({ name: fc.constant('document:visit' as const), input: fc.record({ document }) }),
  fc.record({ name: fc.constant('document:create' as const), input: fc.record({ document }) }),
  fc.record({
    name: fc.constant('link:change' as const),
    input: fc.record({ document, link: fc.constantFrom('off', 'view', 'edit') }),
  }),
  fc.record({
    name: fc.constant('member:change' as const),
    input: fc.record({
      document,
      user: person,
      role: fc.constantFrom('editor', 'commenter', 'viewer'),
    }),
  }),
  fc.record({
    name: fc.constant('member:remove' as const),
    input: fc.record({ document, user: person }),
  }),
  fc.record({
    name: fc.constant('profile:change' as const),
    input: fc.record({ name: fc.constantFrom('Zoë', 'Abe'), color: fc.nat(7) }),
  }),
  fc.record({
    name: fc.constantFrom('chat:see' as const, 'comments:see' as const),
    input: fc.record({ document, number: fc.nat(5) }),
  }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('call' as const), call }) },
  fc.record({ kind: fc.constant('send' as const), document, replyTo: place }),
  fc.record({ kind: fc.constant('comment' as const), document }),
  fc.record({ kind: fc.constant('reply' as const), message: place }),
  fc.record({ kind: fc.constant('resolve' as const), message: place, on: fc.boolean() }),
  fc.record({
    kind: fc.constant('reanchor' as const),
    message: place,
    quote: fc.constantFrom('low', 'high'),
  }),
  fc.record({ kind: fc.constantFrom('edit' as const, 'delete'), message: place }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('react' as const),
      message: place,
      emoji: fc.constantFrom('👍', '🎉', '👩‍🚀'),
      on: fc.boolean(),
    }),
  },
);

const transactions = fc.array(fc.array(fc.tuple(client, step), { minLength: 1, maxLength: 4 }), {
  minLength: 10,
  maxLength: 30,
});

interface Sent {
  readonly id: string;
  readonly document: string;
  readonly prefix: 'chat' | 'comment';
  readonly thread: string;
}

const NOT_SENT: Sent = {
  id: '0'.repeat(26),
  document: DOCUMENTS[0],
  prefix: 'comment',
  thread: '0'.repeat(26),
};

function toCall(step: Step, sent: readonly Sent[]): AnyCall {
  const sentAt = (at: Place): Sent => sent[at % Math.max(1, sent.length)] ?? NOT_SENT;
  const threadAt = (at: Place): Sent => {
    const started = sent.filter(({ prefix }) => prefix === 'comment');
    return started[at % Math.max(1, started.length)] ?? NOT_SENT;
  };
  switch (step.kind) {
    case 'call':
      return step.call;
    case 'send': {
      const replyTo = step.replyTo % 2 === 0 ? null : sentAt(step.replyTo).id;
      const mentions = [
        { user: 'bob', offset: 0, length: 2 },
        { user: 'nobody', offset: 2, length: 1 },
      ];
      const input = { document: step.document, text: 'Hello', mentions, replyTo };
      return { name: 'chat:send', input };
    }
    case 'comment': {
      const input = { document: step.document, anchor: ANCHOR, text: 'Sure?', mentions: [] };
      return { name: 'comment:start', input };
    }
    case 'reply': {
      const { thread, document } = threadAt(step.message);
      return { name: 'comment:reply', input: { document, thread, text: 'Yes.', mentions: [] } };
    }
    case 'resolve': {
      const { thread, document } = threadAt(step.message);
      return { name: 'comment:resolve', input: { document, thread, on: step.on } };
    }
    case 'reanchor': {
      const { thread, document } = threadAt(step.message);
      const anchor = { ...ANCHOR, quote: step.quote };
      return { name: 'comment:reanchor', input: { document, thread, anchor } };
    }
    case 'edit': {
      const { id: message, document, prefix } = sentAt(step.message);
      const input = { document, message, text: 'Ho', mentions: [] };
      return { name: `${prefix}:edit`, input };
    }
    case 'delete': {
      const { id: message, document, prefix } = sentAt(step.message);
      return { name: `${prefix}:delete`, input: { document, message } };
    }
    case 'react': {
      const { id: message, document, prefix } = sentAt(step.message);
      const { emoji, on } = step;
      return { name: `${prefix}:react`, input: { document, message, emoji, on } };
    }
  }
}

function sentBy({ id, call }: { readonly id: string; readonly call: AnyCall }): Sent | null {
  switch (call.name) {
    case 'chat:send':
      return { id, document: call.input.document, prefix: 'chat', thread: '' };
    case 'comment:start':
      return { id, document: call.input.document, prefix: 'comment', thread: id };
    case 'comment:reply':
      return { id, document: call.input.document, prefix: 'comment', thread: call.input.thread };
    default:
      return null;
  }
}

/** Notifications have the names and titles of when they were sent. */
function comparable(state: ChannelState): ChannelState {
  if (state.type !== 'inbox') return state;
  const notifications = state.notifications.map((of) => ({
    ...of,
    title: '',
    by: { ...of.by, name: '', color: 0 },
  }));
  return { ...state, notifications };
}

function ownerOf({ input }: AnyCall): string {
  return 'document' in input && input.document === DOCUMENTS[1] ? PEOPLE[1] : PEOPLE[0];
}

test(
  'W30 what a channel holds is what all of its events make of its beginning',
  async () => {
    await fc.assert(
      fc.asyncProperty(transactions, async (batches) => {
        const fixture = await Fixture.open(PEOPLE);
        const began = new Map<ChannelKey, ChannelState>();
        const begin = async (key: ChannelKey): Promise<void> => {
          const { state } = (await loadState(fixture.db, key))!;
          began.set(key, state);
        };
        for (const user of PEOPLE)
          for (const key of [libraryKey, trashKey, inboxKey]) await begin(key(user));
        for (const [i, id] of DOCUMENTS.entries()) {
          const owner = PEOPLE[i] as string;
          await fixture.do(owner, { name: 'document:create', input: { document: id } });
          await begin(chatKey(id));
          await begin(commentsKey(id));
          await begin(sharingKey(id));
          for (const user of PEOPLE)
            await fixture.do(user, { name: 'document:visit', input: { document: id } });
        }

        const sent: Sent[] = [];
        for (const batch of batches) {
          const requests = batch.map(([client, step]) => {
            const call = toCall(step, sent);
            const user = client === 'owner' ? ownerOf(call) : client;
            const request = { user, call, id: fixture.nextId() };
            const created = sentBy(request);
            if (created !== null) sent.push(created);
            return request;
          });
          await fixture.runAll(requests);
        }

        for (const [key, beginning] of began) {
          const events = fixture.events.get(key) ?? [];
          const loaded = (await loadState(fixture.db, key))!;
          expect(loaded.offset).toBe(events.length);
          const name = nameOf(key, key.slice(key.indexOf(':') + 1))!;
          assertDecodable({
            type: 'subscribed',
            channel: 1,
            ref: 1,
            name,
            recovered: false,
            ...loaded,
          });
          const reduced = events.reduce<ChannelState>(
            (state, event) => reduceChannel(state, event),
            beginning,
          );
          expect(comparable(reduced), key).toEqual(comparable(loaded.state));
          if (reduced.type === 'chat')
            expect(reduced.messages.map(({ number }) => number)).toEqual(
              reduced.messages.map((_message, i) => reduced.head - reduced.messages.length + 1 + i),
            );
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  TIME_LIMIT_MS,
);
