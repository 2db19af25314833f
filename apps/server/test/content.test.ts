/** The text, the comments and the versions of documents over HTTP: CT1 to CT9 of PROTOCOL.md. */
import { readPage } from '@tandem/document';
import { toMarkdown } from '@tandem/document/markdown-writer';
import { describe, expect, test } from 'vitest';
import { ulid } from 'ulid';
import * as Y from 'yjs';
import type { HistoryPage } from '@tandem/protocol';
import {
  MAX_MARKDOWN_BODY_BYTES,
  REVISION_HEADER,
  type DocumentComments,
  type DocumentVersions,
  type PageBlocks,
  type PageWritten,
} from '@tandem/protocol/content';
import { askWith, makeToken } from './api-tokens.ts';
import { command, runCommand } from './event-client.ts';
import { eventually } from './eventually.ts';
import { createPage } from './file-transfers.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { postToAccount, signUp } from './signed-up.ts';
import type { ApiTokens } from '@tandem/protocol/api-tokens';

const server = await RunningServer.start({}, atEndOfFile());

const send = (person: SignedIn, method: string, path: string, body: string): Promise<Response> =>
  fetch(`${server.url}/api/documents/${path}`, {
    method,
    headers: { Cookie: person.cookie },
    body,
  });

async function written(answer: Response): Promise<string> {
  expect(answer.status, await answer.clone().text()).toBe(200);
  return ((await answer.json()) as PageWritten).revision;
}

const put = async (person: SignedIn, document: string, text: string, base?: string) =>
  await written(
    await send(
      person,
      'PUT',
      `${document}/markdown${base === undefined ? '' : `?base=${base}`}`,
      text,
    ),
  );
const append = async (person: SignedIn, document: string, text: string) =>
  await written(await send(person, 'POST', `${document}/markdown`, text));

async function read(person: SignedIn, document: string) {
  const answer = await person.fetch(`/api/documents/${document}/markdown`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/markdown; charset=utf-8',
  ]);
  return { text: await answer.text(), revision: answer.headers.get(REVISION_HEADER) as string };
}

/** Somebody who has the document open. */
class Reader {
  readonly page = new Y.Doc();
  readonly client: NativeClient;

  private constructor(client: NativeClient) {
    this.client = client;
  }

  static async open(guest: SignedIn, document: string): Promise<Reader> {
    const reader = new Reader(await NativeClient.onAuthenticated(server, { guest }));
    await reader.client.open(document);
    return reader;
  }

  get markdown(): string {
    for (const message of this.client.received)
      if (message.type === 'updates')
        for (const update of message.updates) Y.applyUpdate(this.page, update);
    return toMarkdown(this.page);
  }

  async reads(markdown: string): Promise<void> {
    await eventually(`it reads ${markdown}`, () => this.markdown === markdown);
  }
}

async function linkAllows(owner: SignedIn, document: string, link: 'off' | 'view' | 'comment') {
  const client = await NativeClient.onAuthenticated(server, { guest: owner });
  await runCommand(client, command({ name: 'link:change', input: { document, link } }));
  client.socket.close();
}

describe('text', () => {
  test('CT1 is read as Markdown and as blocks, and names its revision', async () => {
    const ada = await signIn(server);
    const document = await createPage(ada);
    expect((await read(ada, document)).text).toBe('');
    const revision = await append(ada, document, '# Log\n\nHigh water at **nine**.\n');
    expect(await read(ada, document)).toEqual({
      text: '# Log\n\nHigh water at **nine**.\n',
      revision,
    });
    const answer = await ada.fetch(`/api/documents/${document}/blocks`);
    const { blocks, ...rest } = (await answer.json()) as PageBlocks;
    expect(rest).toEqual({ revision });
    expect(blocks).toMatchObject([
      { type: 'textBlock', attrs: { kind: 'heading1' }, content: [{ text: 'Log' }] },
      { type: 'textBlock', content: [{ text: 'High water at ' }, { text: 'nine' }, { text: '.' }] },
    ]);
  });

  test('CT2 what is written back as it was read changes nothing', async () => {
    const ada = await signIn(server);
    const document = await createPage(ada);
    const revision = await append(ada, document, '- one\n- two\n\n> said\n');
    const { text } = await read(ada, document);
    expect(await put(ada, document, text)).toBe(revision);
  });

  test('CT3 a change is live for others, under its person’s name, and in the history', async () => {
    const ada = await signUp(server);
    const document = await createPage(ada);
    await append(ada, document, 'High water at nine.\n');
    const bob = await Reader.open(await signIn(server), document);
    await bob.reads('High water at nine.\n');
    const ids = readPage(bob.page).map(({ attrs }) => attrs?.id);
    const token = await makeToken(ada, ['documents:write']);
    const path = `/documents/${document}/markdown`;
    const bytes = 'High water at ten.\n\nLow at three.\n';
    expect((await askWith(server, token, { path, method: 'PUT', bytes })).status).toBe(200);
    await bob.reads(bytes);
    expect(readPage(bob.page).map(({ attrs }) => attrs?.id)[0]).toBe(ids[0]);
    await append(ada, document, 'The end.\n');
    await bob.reads(`${bytes}\nThe end.\n`);
    const history = (await (
      await ada.fetch(`/api/documents/${document}/history`)
    ).json()) as HistoryPage;
    expect(history.sessions[0]?.authors.map(({ user }) => user)).toEqual([ada.user.id]);
    expect(history.head).toBe(3);
  });

  test('CT3 is refused to people who may not write, and changes nothing', async () => {
    const [ada, bob] = [await signIn(server), await signIn(server)];
    const document = await createPage(ada);
    await append(ada, document, 'Mine.\n');
    for (const link of ['view', 'comment'] as const) {
      await linkAllows(ada, document, link);
      for (const method of ['PUT', 'POST'])
        expect((await send(bob, method, `${document}/markdown`, 'Yours.')).status).toBe(403);
      expect((await read(bob, document)).text).toBe('Mine.\n');
    }
    await linkAllows(ada, document, 'off');
    expect((await send(bob, 'PUT', `${document}/markdown`, 'Yours.')).status).toBe(404);
    expect((await bob.fetch(`/api/documents/${document}/markdown`)).status).toBe(404);
    expect((await read(ada, document)).text).toBe('Mine.\n');
  });

  test('CT3 many programs at once lose nothing', async () => {
    const ada = await signIn(server);
    const document = await createPage(ada);
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    const waiting = [...lines];
    const work = async () => {
      for (let line = waiting.pop(); line !== undefined; line = waiting.pop())
        await append(ada, document, line);
    };
    await Promise.all([work(), work()]);
    const { text } = await read(ada, document);
    expect(
      text
        .split('\n\n')
        .map((line) => line.trim())
        .toSorted(),
    ).toEqual(lines.toSorted());
  });

  test('CT4 what others wrote since the base stays', async () => {
    const ada = await signIn(server);
    const document = await createPage(ada);
    const base = await append(ada, document, '# Log\n\nHigh water at nine.\n');
    await append(ada, document, 'Somebody else.\n');
    await put(ada, document, '# Tide log\n\nHigh water at nine.\n', base);
    expect((await read(ada, document)).text).toBe(
      '# Tide log\n\nHigh water at nine.\n\nSomebody else.\n',
    );
    await put(ada, document, '# Empty\n');
    expect((await read(ada, document)).text).toBe('# Empty\n');
  });

  test('CT4 what is appended comes below what others wrote, whatever was read before', async () => {
    const ada = await signIn(server);
    const document = await createPage(ada);
    const base = await append(ada, document, 'One.\n');
    await append(ada, document, 'Two.\n');
    const path = `${document}/markdown?base=${encodeURIComponent(base)}`;
    await written(await send(ada, 'POST', path, 'Three.\n'));
    expect((await read(ada, document)).text).toBe('One.\n\nTwo.\n\nThree.\n');
  });

  test.each([
    ['another-life~t.1', 409],
    ['another-life.1', 400],
    ['9', 400],
    ['', 400],
  ])('CT4 the base %j is answered %i', async (base, status) => {
    const ada = await signIn(server);
    const document = await createPage(ada);
    await append(ada, document, 'Mine.\n');
    const answer = await send(ada, 'PUT', `${document}/markdown?base=${base}`, 'Other.');
    expect(answer.status).toBe(status);
    const { revision } = await read(ada, document);
    const later = revision.replace(/\d+$/, '99');
    const path = `${document}/markdown?base=${later}`;
    expect((await send(ada, 'PUT', path, 'Other.')).status).toBe(409);
    expect((await read(ada, document)).text).toBe('Mine.\n');
  });

  test('CT5 bodies are bounded, and what is no text is stored as text', async () => {
    const ada = await signIn(server);
    const document = await createPage(ada);
    const tooMany = 'a'.repeat(MAX_MARKDOWN_BODY_BYTES + 1);
    expect((await send(ada, 'POST', `${document}/markdown`, tooMany)).status).toBe(413);
    const letters = 'a'.repeat(500_001);
    expect((await send(ada, 'POST', `${document}/markdown`, letters)).status).toBe(413);
    await append(ada, await createPage(ada), letters.slice(1));
    const paragraphs = 'Some words of a long page.\n\n'.repeat(15_000);
    await append(ada, document, paragraphs);
    expect((await read(ada, document)).text).toHaveLength(paragraphs.length - 1);
    await put(ada, document, 'a\0b <script>alert(1)</script> \u{1f30a}\n');
    expect((await read(ada, document)).text).toBe('a\ufffdb alert(1) \u{1f30a}\n');
  });

  test('CT5 requests of one person are limited', async () => {
    const ada = await signIn(server);
    const document = await createPage(ada);
    const path = `/api/documents/${document}/markdown`;
    const answers = await Promise.all(Array.from({ length: 200 }, () => ada.fetch(path)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
    expect(statuses).toContain(429);
  });

  test('CT3 a token that ends while its text is on the way writes nothing', async () => {
    const ada = await signUp(server);
    const document = await createPage(ada);
    const token = await makeToken(ada, ['documents:write']);
    const made = async () => {
      const { tokens } = (await (await ada.fetch('/api/account/tokens')).json()) as ApiTokens;
      return tokens[0]!;
    };
    let finish: () => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from('Too '));
        finish = () => {
          controller.enqueue(Buffer.from('late.'));
          controller.close();
        };
      },
    });
    const answer = fetch(`${server.url}/api/documents/${document}/markdown`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body,
      duplex: 'half',
    });
    // The request has been let in (AT9).
    await expect.poll(async () => (await made()).usedAt, { timeout: 5_000 }).not.toBeNull();
    expect((await postToAccount(ada, 'tokens/end', { token: (await made()).id })).status).toBe(204);
    finish();
    expect((await answer).status).toBe(401);
    expect((await read(ada, document)).text).toBe('');
  });
});

describe('comments', () => {
  const post = (person: SignedIn, path: string, body: unknown) =>
    person.fetch(`/api/documents/${path}`, { method: 'POST', body });
  const list = async (person: SignedIn, document: string) => {
    const answer = await person.fetch(`/api/documents/${document}/comments`);
    return ((await answer.json()) as DocumentComments).threads;
  };

  test('CT7 is about the words of its quote, also for people who may only comment', async () => {
    const [ada, bob] = [await signIn(server), await signIn(server)];
    const document = await createPage(ada);
    await append(ada, document, 'High water at **nine**.\n\nLow water at three.\n');
    await linkAllows(ada, document, 'comment');
    const body = { text: 'Ten?', quote: 'water at nine' };
    const answer = await post(bob, `${document}/comments`, body);
    expect(answer.status).toBe(200);
    const { id } = (await answer.json()) as { readonly id: string };
    const reply = await post(ada, `${document}/comments/${id}/replies`, { text: 'Nine.' });
    expect(reply.status).toBe(200);
    const [thread] = await list(bob, document);
    expect(thread).toMatchObject({ id, anchor: { quote: 'water at nine', prefix: 'High ' } });
    expect(thread?.messages.map(({ author, text }) => [author.id, text])).toEqual([
      [bob.user.id, 'Ten?'],
      [ada.user.id, 'Nine.'],
    ]);
  });

  test('CT7 words that are not there are a sentence', async () => {
    const ada = await signIn(server);
    const document = await createPage(ada);
    for (const quote of ['nowhere', ' ', '\0'])
      expect((await post(ada, `${document}/comments`, { text: 'Ten?', quote })).status).toBe(400);
    expect(await list(ada, document)).toEqual([]);
  });

  test('CT8 a thread is only in its document', async () => {
    const ada = await signIn(server);
    const [one, other] = [await createPage(ada), await createPage(ada)];
    await append(ada, one, 'Words.\n');
    const answer = await post(ada, `${one}/comments`, { text: 'A', quote: 'Words' });
    const { id } = (await answer.json()) as { readonly id: string };
    for (const thread of [id, ulid(), 'none', '%00'])
      expect((await post(ada, `${other}/comments/${thread}/replies`, { text: 'B' })).status).toBe(
        404,
      );
    expect((await list(ada, one))[0]?.messages).toHaveLength(1);
  });
});

test('CT9 named versions are listed with who named them', async () => {
  const ada = await signIn(server);
  const document = await createPage(ada);
  await append(ada, document, 'Words.\n');
  const client = await NativeClient.onAuthenticated(server, { guest: ada });
  await runCommand(
    client,
    command({ name: 'version:name', input: { document, offset: 1, title: 'First' } }),
  );
  const answer = await ada.fetch(`/api/documents/${document}/history/versions`);
  const { versions, people } = (await answer.json()) as DocumentVersions;
  expect(versions).toMatchObject([{ title: 'First', offset: 1, by: ada.user.id }]);
  expect(people).toEqual([ada.user]);
});
