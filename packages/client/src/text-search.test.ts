import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { TextSearch } from './text-search.ts';

const searching = (answer: () => Response) => {
  const requests: string[] = [];
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    requests.push(url instanceof Request ? url.url : url.toString());
    return answer();
  };
  const search = new TextSearch({ base: 'http://server', fetch, clock: new ManualClock() });
  return { requests, search };
};

test('SE5 a text is searched, and the results are returned as the server sent them', async () => {
  const result = {
    document: 'tide-log',
    kind: 'page',
    title: 'Tide log',
    updatedAt: 5,
    excerpt: 'High water',
    matches: [{ from: 5, to: 10 }],
  };
  const answer = { results: [result], similar: false };
  const { requests, search } = searching(() => Response.json(answer));
  expect(await search.find('high & water')).toEqual(answer);
  expect(requests).toEqual(['http://server/api/search?text=high+%26+water']);
});

test('SE5 a refusal, and what is no list of results, are not an empty list', async () => {
  await expect(
    searching(() => new Response(null, { status: 429 })).search.find('b'),
  ).rejects.toThrow('429');
  await expect(searching(() => Response.json({ found: [] })).search.find('b')).rejects.toThrow();
});
