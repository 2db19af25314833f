import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { PeopleSearch } from './people-search.ts';

const searching = (answer: () => Response) => {
  const requests: string[] = [];
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    requests.push(url instanceof Request ? url.url : url.toString());
    return answer();
  };
  const people = new PeopleSearch({ base: 'http://server', fetch, clock: new ManualClock() });
  return { requests, people };
};

test('PE1 people are searched by name, and returned as the server sent them', async () => {
  const ben = {
    user: { id: 'ben', name: 'Ben', color: 1 },
    document: { id: 'plan', title: 'Plan' },
    seenAt: null,
  };
  const { requests, people } = searching(() => Response.json({ people: [ben] }));
  expect(people.known('ben')).toBeNull();
  expect(await people.find('b & n')).toEqual([ben]);
  expect(people.known('ben')).toEqual(ben.user);
  expect(requests).toEqual(['http://server/api/people?search=b+%26+n']);
});

test('PE1 a refusal, and what is no list of people, are not an empty list', async () => {
  await expect(
    searching(() => new Response(null, { status: 429 })).people.find('b'),
  ).rejects.toThrow('429');
  await expect(
    searching(() => Response.json({ people: [{ email: 'x' }] })).people.find('b'),
  ).rejects.toThrow();
});
