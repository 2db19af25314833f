import type { ChannelEvent, ChannelName, LibraryState } from '@tandem/protocol';
import { expect, test } from 'vitest';
import type { IssuedCommand } from './command-queue.ts';
import { OptimisticOverlay, type FollowedChannel } from './optimistic-overlay.ts';

const user = { id: 'u', name: 'Ada', color: 1 };
const listed = (title: string) =>
  ({
    id: 'd',
    kind: 'page',
    title,
    role: 'owner',
    parent: null,
    position: 'a0',
    excerpt: '',
    createdAt: 0,
    updatedAt: 0,
    chatRead: 0,
  }) as const;
const library = (title: string): LibraryState => ({
  type: 'library',
  user,
  documents: [listed(title)],
  next: null,
});
const rename = (id: string, title: string): IssuedCommand => ({
  id,
  name: 'document:rename',
  input: { document: 'd', title },
  at: 1,
});
const renamed = (command: string, title: string): ChannelEvent => ({
  name: 'document:renamed',
  at: 1,
  command,
  document: 'd',
  title,
});
const at = (offset: number, epoch = 'e1'): FollowedChannel => ({
  position: { epoch, offset },
  isSubscribed: true,
});
const done = (offset: number) => [{ name: 'library', epoch: 'e1', offset }] as const;

function titleOver(effects: OptimisticOverlay, state: LibraryState): string | undefined {
  const stateOf = (): null => null;
  const shown = effects.over(state, { name: 'library', user, stateOf });
  return shown.type === 'library' ? shown.documents[0]?.title : undefined;
}

test('EF1 predicted effects are shown at once, in the order of issue', () => {
  const effects = new OptimisticOverlay();
  effects.expect(rename('b', 'second'));
  effects.expectEarlier([rename('a', 'first')]);
  expect(titleOver(effects, library('old'))).toBe('second');
  effects.forget('b');
  expect(titleOver(effects, library('old'))).toBe('first');
});

test('EF1 nothing expected leaves the state the same object', () => {
  const state = library('old');
  const stateOf = (): null => null;
  expect(new OptimisticOverlay().over(state, { name: 'library', user, stateOf })).toBe(state);
});

test('EF2 a command that is done is seen until the channel has its events', () => {
  const effects = new OptimisticOverlay();
  effects.expect(rename('a', 'new'));
  effects.done('a', done(5), () => at(4));
  expect(titleOver(effects, library('old'))).toBe('new');
  effects.moved('library', at(5));
  expect(titleOver(effects, library('old'))).toBe('old');
});

test.each<[string, FollowedChannel | null]>([
  ['is there already', at(5)],
  ['is not followed', null],
  ['was answered in another epoch: the old one ended before', at(0, 'e2')],
])('EF2 nothing waits for a channel that %s', (_, channel) => {
  const effects = new OptimisticOverlay();
  effects.expect(rename('a', 'new'));
  effects.done('a', done(5), () => channel);
  expect(titleOver(effects, library('old'))).toBe('old');
});

test('EF2 one whose position in another epoch is from an earlier connection is waited for', () => {
  const effects = new OptimisticOverlay();
  effects.expect(rename('a', 'new'));
  effects.done('a', done(5), () => ({ ...at(7, 'e0'), isSubscribed: false }));
  expect(titleOver(effects, library('old'))).toBe('new');
  effects.moved('library', at(7, 'e1'));
  expect(titleOver(effects, library('old'))).toBe('old');
});

test('EF2 a channel that is left is not waited for any more', () => {
  const effects = new OptimisticOverlay();
  effects.expect(rename('a', 'new'));
  effects.done('a', done(5), () => at(4));
  effects.moved('library', null);
  expect(titleOver(effects, library('old'))).toBe('old');
});

test('EF2 a command without an effect is over when it is done', () => {
  const effects = new OptimisticOverlay();
  effects.expect(rename('a', 'new'));
  effects.done('a', [], () => at(4));
  expect(titleOver(effects, library('old'))).toBe('old');
});

test('EF3 a command whose event has arrived is not applied over later changes by others', () => {
  const effects = new OptimisticOverlay();
  effects.expect(rename('a', 'mine'));
  effects.arrived('library', [renamed('a', 'mine'), renamed('other', 'theirs')]);
  expect(titleOver(effects, library('theirs'))).toBe('theirs');
});

test('EF3 an event on another channel is not the one that was predicted', () => {
  const effects = new OptimisticOverlay();
  effects.expect(rename('a', 'mine'));
  effects.arrived('sharing:d' satisfies ChannelName, [renamed('a', 'mine')]);
  expect(titleOver(effects, library('old'))).toBe('mine');
});
