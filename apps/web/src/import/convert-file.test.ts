import { type Block, readableText, toHtml, toHtmlPage } from '@tandem/document';
import { toMarkdown } from '@tandem/document/markdown-writer';
import { describe, expect, test } from 'vitest';
import { ZipFile } from '../export/zip-file.ts';
import { convertFile } from './convert-file.ts';
import type { ImportedDocument } from './imported.ts';

const MARKDOWN = import.meta.glob<string>('./fixtures/*.markdown', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const DOCX = import.meta.glob<string>('./fixtures/*.docx', {
  query: '?inline',
  import: 'default',
  eager: true,
});

async function convert(name: string, content: BlobPart): Promise<ImportedDocument> {
  const result = await convertFile({ name, blob: new Blob([content]) });
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.imported;
}

async function refusal(name: string, content: BlobPart): Promise<string> {
  const result = await convertFile({ name, blob: new Blob([content]) });
  return result.kind === 'refused' ? result.reason : 'imported';
}

const lossesOf = ({ losses }: ImportedDocument): Record<string, number> =>
  Object.fromEntries(losses.map(({ kind, count }) => [kind, count]));

/** Markdown has no place for white space at the ends of lines. */
const wordsOf = (blocks: readonly Block[]): string[] =>
  readableText(blocks)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

describe.each(Object.entries(MARKDOWN))('%s', async (name, source) => {
  const { title, blocks } = await convert(name, source);

  test('IM12 comes back from its export as Markdown', async () => {
    const once = await convert(name, `# ${title}\n\n${toMarkdown(blocks)}`);
    expect(once.title).toBe(title);
    expect(wordsOf(once.blocks)).toEqual(wordsOf(blocks));
    const twice = await convert(name, `# ${title}\n\n${toMarkdown(once.blocks)}`);
    expect(twice.blocks).toEqual(once.blocks);
  });

  test('IM12 comes back from its export as a web page', async () => {
    const again = await convert('a.html', toHtmlPage(blocks, { title: title! }));
    expect(again.title).toBe(title);
    expect(readableText(again.blocks)).toBe(readableText(blocks));
    // Links to places in the page lead nowhere in a document.
    const expected = toHtml(blocks).replace(/<a href="#[^"]*">([^]*?)<\/a>/g, '$1');
    expect(toHtml(again.blocks)).toBe(expected);
  });
});

test('IM8 a README keeps its title, its code and its list, and badges become links below', async () => {
  const { title, blocks, losses } = await convert(
    'for-each.markdown',
    MARKDOWN['./fixtures/for-each.markdown']!,
  );
  expect(title).toBe('for-each');
  expect(readableText(blocks.slice(0, 2))).toContain('build status');
  expect(blocks.filter(({ type }) => type === 'codeBlock')).toHaveLength(2);
  expect(losses).toEqual([{ kind: 'linkedImages', count: 2 }]);
});

describe('DOCX', () => {
  const read = async (name: string) =>
    await convert(`${name}.docx`, await (await fetch(DOCX[`./fixtures/${name}.docx`]!)).blob());

  test('lists, tables and footnotes are read', async () => {
    expect(readableText((await read('simple-list')).blocks)).toBe('- Apple\n- Banana');
    const tables = await read('tables');
    expect(readableText(tables.blocks)).toContain('Top left\tTop right');
    expect(lossesOf(tables)).toEqual({ tables: 1 });
    expect(readableText((await read('footnotes')).blocks)).toContain('A tachyon walks into a bar.');
  });

  test('IM7 images become files, unless they are elsewhere', async () => {
    const { blocks, files } = await read('tiny-picture');
    expect(files.map(({ name, type }) => [name, type])).toEqual([['image-1.png', 'image/png']]);
    expect(blocks).toContainEqual({
      type: 'image',
      attrs: expect.objectContaining({ file: files[0]!.id, size: files[0]!.blob.size }),
    });
    expect(lossesOf(await read('external-picture'))).toEqual({ missingImages: 1 });
  });

  test('IM6 comments are left out, and said so', async () => {
    expect(lossesOf(await read('comments'))).toEqual({ comments: 2 });
  });
});

test('IM2 IM6 a web page is read without what runs, and says what it lost', async () => {
  const imported = await convert(
    'Page.HTML',
    `<title>A page — a site</title><script>alert(1)</script><h1 onclick="x">A <i>page</i></h1>
    <p>Before <img src="data:image/png;base64,aGVsbG8=" alt="Boat"> after</p>
    <figure><img src="data:image/svg+xml;base64,aGVsbG8="><figcaption>A chart</figcaption></figure>
    <p><img src="https://a.b/c.png" alt="far"> <img src="d.png" alt="gone"> <a href="javascript:alert(1)">bad</a></p>
    <iframe src="https://a.b"></iframe><table><tr><td>a<td>b</table><input name="q"><a href="#top">up</a>
    <figure data-type="image" data-file="01JD9X6Z7S8K3Q2M5N4P6R0001"></figure>`,
  );
  const [png, svg] = imported.files;
  expect(imported.title).toBe('A page');
  expect(lossesOf(imported)).toEqual({
    tables: 1,
    embeds: 1,
    forms: 1,
    remoteImages: 1,
    missingImages: 1,
  });
  const html = toHtml(imported.blocks);
  expect(html).not.toMatch(/alert|iframe|onclick|#top|01JD9X6Z7S8K3Q2M5N4P6R0001/);
  expect(html).toContain('<a href="https://a.b/c.png">far</a> gone bad');
  expect(imported.blocks).toContainEqual({
    type: 'image',
    attrs: expect.objectContaining({ file: png!.id, alt: 'Boat', size: 5 }),
  });
  expect(imported.blocks).toContainEqual({
    type: 'file',
    attrs: expect.objectContaining({ file: svg!.id, name: 'file-2.svg', caption: 'A chart' }),
  });
});

describe('IM6 HTML', () => {
  const png = 'data:image/png;base64,aGVsbG8=';
  const kindsOf = ({ blocks }: ImportedDocument) => blocks.map(({ type }) => type);

  test('a figure stays where it holds more than an image and a caption', async () => {
    const imported = await convert(
      'a.html',
      `<figure><img src="${png}"><pre>code</pre><p>words</p><table><caption>Tides</caption><tr><td>cell</table><figcaption>A chart</figcaption></figure>`,
    );
    expect(kindsOf(imported)).toContain('image');
    expect(readableText(imported.blocks)).toMatch(/code\nwords\nTides\ncell\nA chart/);
    const long = 'x'.repeat(1_001);
    const figure = `<figure><img src="${png}"><figcaption>${long}</figcaption></figure>`;
    expect(readableText((await convert('a.html', figure)).blocks)).toContain(long);
  });

  test('all images of a link are there, and its loss is counted', async () => {
    const two = await convert(
      'a.html',
      `<a href="https://a.b"><img src="${png}"><img src="${png}"></a>`,
    );
    expect(kindsOf(two)).toEqual(['image', 'image']);
    expect(lossesOf(two)).toEqual({ imageLinks: 1 });
    const figure = `<figure><a href="https://a.b"><img src="${png}"></a><figcaption>A</figcaption></figure>`;
    for (const html of [
      figure,
      `<a href="https://a.b">${figure.replace(/<\/?a\b[^>]*>/g, '')}</a>`,
    ]) {
      const one = await convert('a.html', html);
      expect(one.blocks).toMatchObject([{ type: 'image', attrs: { caption: 'A' } }]);
      expect(lossesOf(one)).toEqual({ imageLinks: 1 });
    }
  });

  test('an image of another site in a link gives it words', async () => {
    const html = `<p><a href="https://a.b"><img src="${png}"><img src="https://c.d/e.png" alt="far"></a>`;
    const imported = await convert('a.html', html);
    expect(toHtml(imported.blocks)).toContain('<a href="https://a.b">far</a>');
    expect(kindsOf(imported)).toContain('image');
    expect(lossesOf(imported)).toEqual({ linkedImages: 1 });
  });

  test('buttons are counted', async () => {
    expect(lossesOf(await convert('a.html', '<p>a<button>Send</button>'))).toEqual({ forms: 1 });
  });
});

test('IM8 a heading stays in the text where the title cannot hold it', async () => {
  const long = 'word '.repeat(100).trim();
  const cut = await convert('a.md', `# ${long}\n\ntext`);
  expect([...cut.title!].length).toBeLessThanOrEqual(200);
  expect(readableText(cut.blocks)).toContain(long);
  const linked = await convert('a.html', '<h1>To <a href="https://a.b/">there</a></h1><p>text</p>');
  expect(linked.title).toBe('To there');
  expect(toHtml(linked.blocks)).toContain('https://a.b/');
  const bold = await convert('a.md', '# A **bold** word\n\ntext');
  expect([bold.title, readableText(bold.blocks)]).toEqual(['A bold word', 'text']);
});

test('Markdown has properties, embedded images and examples with data', async () => {
  const data = `data:image/png;base64,${btoa('x'.repeat(300))}`;
  const imported = await convert(
    'log.md',
    `---\ntitle: "Tide log"\ntags: [a]\n---\n\n![Boat](${data})\n\nbefore ![](${data}) after\n\n\`\`\`\n${data}\n\`\`\`\n`,
  );
  expect(imported.title).toBe('Tide log');
  expect(imported.files.map(({ blob }) => blob.size)).toEqual([300, 300]);
  expect(lossesOf(imported)).toEqual({ properties: 1, movedImages: 1 });
  expect(imported.blocks.map(({ type }) => type)).toEqual([
    'image',
    'textBlock',
    'codeBlock',
    'image',
  ]);
  expect(readableText(imported.blocks)).toContain(data);
});

test('letters of other systems are read, with a word about it', async () => {
  const utf16 = new Uint8Array([0xff, 0xfe, 0x47, 0x00, 0xfc, 0x00]);
  expect(readableText((await convert('a.txt', utf16)).blocks)).toBe('Gü');
  const latin = await convert('a.txt', new Uint8Array([0x47, 0xfc, 0x6e]));
  expect(readableText(latin.blocks)).toBe('Gün');
  expect(lossesOf(latin)).toEqual({ encoding: 1 });
});

describe('IM3 hostile files are refused', () => {
  const docx = async (document: string, others: Readonly<Record<string, string>> = {}) => {
    const zip = new ZipFile();
    for (const [path, content] of Object.entries({ 'word/document.xml': document, ...others }))
      await zip.add(path, content);
    return await zip.close();
  };
  const body = (xml: string) =>
    `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${xml}</w:body></w:document>`;

  test.each<[string, string, BlobPart, string]>([
    ['an empty file', 'a.md', '', 'empty'],
    ['an unknown type', 'a.exe', 'MZ', 'unknown-type'],
    ['a page nested 100,000 deep', 'a.html', '<b>'.repeat(100_000), 'too-deep'],
    ['10 MB of nesting', 'a.html', '<div>'.repeat(2_000_000), 'too-long'],
    ['a page nested 1,000 deep', 'a.html', `${'<div>'.repeat(1_000)}a`, 'too-deep'],
    ['10 MB of quotes', 'a.md', '> '.repeat(5_000_000), 'too-long'],
    ['a zip file that is none', 'a.docx', 'PK\u0003\u0004 nothing', 'unreadable'],
  ])('%s', async (_, name, content, reason) => {
    expect(await refusal(name, content)).toBe(reason);
  });

  test('deep Markdown is text', async () => {
    const { blocks } = await convert('a.md', '> '.repeat(100_000));
    expect(blocks.length).toBeLessThan(10);
  });

  test('IM4 DOCX with entities, nesting, masses of paragraphs or without a text', async () => {
    const entities = `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${body('<w:p>&x;</w:p>')}`;
    expect(await refusal('a.docx', await docx(entities))).toBe('unsafe');
    expect(await refusal('a.docx', await docx(body('<w:tbl>'.repeat(5_000))))).toBe('too-deep');
    expect(await refusal('a.docx', await docx(body('<w:p/>'.repeat(100_000))))).toBe('too-long');
    const zip = new ZipFile();
    await zip.add('xl/workbook.xml', '<a/>');
    expect(await refusal('a.docx', await zip.close())).toBe('unreadable');
  });

  test('a zip bomb, whether it states its size or lies about it', async () => {
    const bomb = await docx(body(' '.repeat(40_000_000)));
    expect(bomb.size).toBeLessThan(100_000);
    expect(await refusal('a.docx', bomb)).toBe('too-large');
    const bytes = new Uint8Array(await bomb.arrayBuffer());
    // The size of what is inside, in the directory at the end of the file.
    const directory = new DataView(bytes.buffer);
    for (let at = bytes.length - 46; at > 0; at--)
      if (directory.getUint32(at, true) === 0x02014b50) directory.setUint32(at + 24, 1_000, true);
    expect(['too-large', 'unreadable']).toContain(await refusal('a.docx', bytes));
  });
});

test('a quote in a list and a list in a quote survive', async () => {
  const blocks: readonly Block[] = [
    { type: 'quote', content: [{ type: 'textBlock', attrs: { list: 'task', checked: true } }] },
    { type: 'textBlock', content: [{ type: 'text', text: 'end' }] },
  ];
  const again = await convert('a.html', toHtmlPage(blocks, { title: 'Log' }));
  expect(toHtml(again.blocks)).toBe(toHtml(blocks));
});
