import { describe, expect, test } from 'vitest';
import { MAX_NAMED_VERSIONS, reduceChannel, type ChannelState } from '@tandem/protocol';
import { loadState } from '../../storage/channel-states.ts';
import { versionsKey } from '../../storage/channel-key.ts';
import { DOCUMENT as document, fixtureWithRoles, type Fixture } from './testing/command-fixture.ts';

const name = async (fixture: Fixture, offset: number, title: string) => {
  const id = fixture.nextId();
  await fixture.run('ed', { name: 'version:name', input: { document, offset, title } }, id);
  return id;
};

const stateOf = async ({ db }: Fixture) => (await loadState(db, versionsKey(document)))!.state;

describe('HY11 named versions', () => {
  test('are the newest moment first, and what their events make of an empty list', async () => {
    const fixture = await fixtureWithRoles();
    const draft = await name(fixture, 4, 'Draft');
    const final = await name(fixture, 9, 'Final');
    await fixture.do('ada', {
      name: 'version:rename',
      input: { document, version: draft, title: 'First draft' },
    });
    expect(await stateOf(fixture)).toMatchObject({
      versions: [
        { id: final, offset: 9, title: 'Final', by: 'ed' },
        { id: draft, offset: 4, title: 'First draft', by: 'ed' },
      ],
    });
    await fixture.do('ada', { name: 'version:delete', input: { document, version: final } });
    await fixture.do('ada', { name: 'version:delete', input: { document, version: final } });
    const events = fixture.events.get(versionsKey(document))!;
    expect(events.map((event) => event.name)).toEqual([
      'version:named',
      'version:named',
      'version:renamed',
      'version:deleted',
    ]);
    const empty: ChannelState = { type: 'versions', versions: [] };
    expect(await stateOf(fixture)).toEqual(
      events.reduce<ChannelState>((state, event) => reduceChannel(state, event), empty),
    );
  });

  test('HY12 a moment that was joined with others gets no name, its neighbours do', async () => {
    const fixture = await fixtureWithRoles();
    const sessions = JSON.stringify([
      { from: 1, to: 4 },
      { from: 5, to: 9 },
    ]);
    await name(fixture, 7, 'Kept');
    await fixture.db
      .insertInto('history')
      .values({
        ...{ document, to_offset: 9, from_offset: 1, ended_at: 1, bytes: 1, sessions },
        ...{ thinned_at: 1, data: new Uint8Array(), checkpoint: null },
      })
      .execute();
    for (const offset of [4, 7, 9, 12]) await name(fixture, offset, `Row ${offset}`);
    const one = { name: 'version:name', input: { document, offset: 3, title: 'Gone' } } as const;
    expect(await fixture.run('ed', one)).toMatchObject({
      kind: 'refused',
      error: { code: 'forbidden' },
    });
    const { versions } = (await stateOf(fixture)) as { versions: { offset: number }[] };
    expect(versions.map(({ offset }) => offset)).toEqual([12, 9, 7, 7, 4]);
  });

  test('are limited in number, and go with their document', async () => {
    const fixture = await fixtureWithRoles();
    for (let i = 0; i < MAX_NAMED_VERSIONS; i++) await name(fixture, i, `Version ${i}`);
    const one = { name: 'version:name', input: { document, offset: 1, title: 'More' } } as const;
    expect(await fixture.run('ed', one)).toMatchObject({
      kind: 'refused',
      error: { code: 'forbidden' },
    });
    for (const call of ['document:trash', 'document:purge'] as const)
      await fixture.do('ada', { name: call, input: { document } });
    expect(await stateOf(fixture)).toMatchObject({ versions: [] });
    expect(
      await fixture.db
        .selectFrom('event')
        .select('channel')
        .where('channel', '=', versionsKey(document))
        .execute(),
    ).toEqual([]);
  });
});
