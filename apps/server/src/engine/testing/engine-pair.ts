/** Two engines over one journal, for tests. */
import type { FollowRequest } from '../port.ts';
import { EngineFixture, Writer } from './engine-fixture.ts';

/** The document `a` is open in both. */
export async function engines() {
  const first = new EngineFixture(new EngineFixture());
  const second = new EngineFixture(first);
  await first.create('a');
  await first.open('a', 1);
  await second.open('a', 1);
  const settle = async () => {
    await first.settle();
    await second.settle();
    await first.settle();
  };
  const told = (fixture: EngineFixture): FollowRequest[] =>
    fixture.appended().map((notice) => ({ ...notice, kind: 'later' }));
  const fromSecond = () => new Writer('a', 1);
  return { first, second, settle, told, ann: new Writer('a', 1), bob: fromSecond() };
}
