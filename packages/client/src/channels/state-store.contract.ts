/** Contract tests of every state store; each adapter runs them. */
import { expect, test } from 'vitest';
import { MAX_KEPT_STATES, type OwnedState, type StateStore } from './state-store.ts';

const state = (offset: number): OwnedState => ({
  user: 'ada',
  position: { epoch: 'e1', offset },
  state: { type: 'chat', messages: [], head: offset },
});

export function stateStoreContract(open: () => Promise<StateStore>): void {
  test('gives what was saved last, each name its own', async () => {
    const store = await open();
    expect(await store.load('library')).toBeNull();
    await store.save('chat:a', state(1));
    await store.save('chat:b', state(2));
    await store.save('chat:a', state(3));
    expect(await store.load('chat:a')).toEqual(state(3));
    expect(await store.load('chat:b')).toEqual(state(2));
    store.close();
  });

  test('a forgotten state is gone', async () => {
    const store = await open();
    await store.save('chat:a', state(1));
    await store.forget('chat:a');
    await store.forget('chat:b');
    expect(await store.load('chat:a')).toBeNull();
    store.close();
  });

  test('is bounded: what was saved longest ago goes', async () => {
    const store = await open();
    await store.save('library', state(1));
    await store.save('chat:first', state(1));
    for (let count = 1; count < MAX_KEPT_STATES - 1; count++)
      await store.save(`chat:${count}`, state(count));
    await store.save('library', state(2));
    await store.save('chat:last', state(2));
    expect(await store.load('chat:first')).toBeNull();
    expect(await store.load('library')).toEqual(state(2));
    expect(await store.load('chat:1')).toEqual(state(1));
    store.close();
  });
}
