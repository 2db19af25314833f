/** The contract of words that stand for searched ones. Each database runs it with the one of search. */
import { describe, expect, test } from 'vitest';
import { startSearch, type OpenedSearch } from './search-fixture.ts';

export function testSimilarWords(open: () => Promise<OpenedSearch>): void {
  const start = () => startSearch(open);

  describe('SE8 one wrong letter', () => {
    test('is forgiven where nothing has the word as it is written', async () => {
      const { put, index, find } = await start();
      await put('tide', { title: 'Tide log', parts: ['High water at the harbour.'] });
      await put('other', { parts: ['Low water elsewhere, and a warden.'] });
      for (const search of ['harbor ', 'harbuor', 'harbourr ', 'hrabour water', 'tyde harbour'])
        expect(await find(search), search).toEqual(['tide']);
      const found = await index.search({ user: 'ada', search: 'watre hihg', limit: 5 });
      expect(found.similar).toBe(true);
      const [{ excerpt, matches }] = found.results as [(typeof found.results)[number]];
      expect(matches.map(({ from, to }) => excerpt.slice(from, to))).toEqual(['High', 'water']);
    });

    test('the word as it is written finds nothing else', async () => {
      const { put, index } = await start();
      await put('warden', { parts: ['the warden'] });
      await put('garden', { parts: ['the garden'] });
      const found = await index.search({ user: 'ada', search: 'warden', limit: 5 });
      expect(found.similar).toBe(false);
      expect(found.results.map(({ document }) => document)).toEqual(['warden']);
    });

    test('two wrong letters, short words and numbers are not forgiven, nor another script', async () => {
      const { put, index, find } = await start();
      await put('tide', { parts: ['cat 20261 harbour 東京都 вода'] });
      for (const search of ['haarboor', 'cut ', '20262', '東亰都'])
        expect(await find(search), search).toEqual([]);
      expect(await find('вада')).toEqual(['tide']);
      expect(await index.search({ user: 'ada', search: 'nothing', limit: 5 })).toEqual({
        results: [],
        similar: false,
      });
    });

    test('finds only what the person may read', async () => {
      const { put, find } = await start();
      await put('tide', { parts: ['harbour'] });
      expect(await find('harbor', 'eve')).toEqual([]);
    });

    test('SE10 a word is found within longer ones, where nothing begins with it', async () => {
      const { put, index, find } = await start();
      await put('key', { title: 'Hausschlüssel', parts: ['Der Kellerschlüssel liegt im Büro.'] });
      await put('other', { parts: ['Wasser und Brot'] });
      for (const search of [
        'lüssel',
        'LUSSEL ',
        'schluss',
        'bür schluessel büro',
        'ellerschl lieg',
      ])
        expect([search, await find(search)]).toEqual([
          search,
          search.includes('schlue') ? [] : ['key'],
        ]);
      const found = await index.search({ user: 'ada', search: 'kellerschl', limit: 5 });
      expect(found.similar).toBe(false);
      const { similar, results } = await index.search({ user: 'ada', search: 'erschl', limit: 5 });
      expect(similar).toBe(true);
      const [{ excerpt, matches }] = results as [(typeof results)[number]];
      expect(matches.map(({ from, to }) => excerpt.slice(from, to))).toEqual(['Kellerschlüssel']);
      expect(await find('lüssel', 'eve')).toEqual([]);
      for (const search of ['üs', 'sswasser'])
        expect([search, await find(search)]).toEqual([search, []]);
    });

    test('SE10 a frequent word of many documents, and what no text can contain', async () => {
      const { put, find } = await start();
      for (let at = 0; at < 250; at++)
        await put(`noise-${at}`, { parts: [`b${at}tide${at}`], owner: 'eve' });
      await put('mine', { parts: ['hightide'] });
      expect(await find('tide')).toEqual(['mine']);
      for (const search of ['%%%', '___', "''' ", 'a%b', '\\\\\\'])
        expect([search, await find(search)]).toEqual([search, []]);
    });

    test('in the first words of a long search', async () => {
      const { put, find } = await start();
      const words =
        'international collaboration requirements documentation understanding environment development organisation';
      await put('long', { parts: [words] });
      const [first = '', ...more] = words.split(' ');
      const last = more.at(-1) ?? '';
      expect(await find([first.replace('tern', 'tren'), ...more].join(' '))).toEqual(['long']);
      expect(await find(words.replace(last, last.replace('org', 'ogr')))).toEqual([]);
    });
  });
}
