/** Failures of mails: AC29 in `accounts/README.md`. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { createMailer, type MailFailure } from './mailer.ts';

const TIMES = { connectTimeoutMs: 2_000, replyTimeoutMs: 2_000, deadlineMs: 4_000 };
const NEVER = new AbortController().signal;

async function tcp(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function smtp({
  host = '127.0.0.1',
  ...options
}: SMTPServerOptions & { readonly host?: string }): Promise<number> {
  const server = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], ...options });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.server.address() as AddressInfo).port;
}

interface Attempt {
  readonly host?: string;
  readonly times?: Partial<typeof TIMES>;
  readonly signal?: AbortSignal;
}

async function failureAt(port: number, attempt: Attempt = {}): Promise<MailFailure> {
  const { host = '127.0.0.1', times = {}, signal = NEVER } = attempt;
  const settings = { url: `smtp://${host}:${port}`, from: 'tandem@example.org' };
  using mailer = createMailer(settings, { ...TIMES, ...times });
  const mail = { to: 'ada@example.org', subject: 'A link', text: 'Here' };
  return await mailer.send(mail, signal).then(
    () => expect.unreachable('it was sent'),
    (error: unknown) => error as MailFailure,
  );
}

const answering = (responseCode: number) => ({
  onRcptTo(_address: unknown, _session: unknown, done: (error?: Error) => void) {
    done(Object.assign(new Error('<ada@example.org> is refused'), { responseCode }));
  },
});

test('AC29 an answer decides whether a mail is tried again, and is not repeated where errors are kept', async () => {
  const permanent = await failureAt(await smtp(answering(550)));
  expect(permanent).toMatchObject({ kind: 'permanent' });
  expect(permanent.message).toBe('the mail server answered 550 to RCPT TO');
  expect(permanent.cause).toBeUndefined();
  expect(await failureAt(await smtp(answering(451)))).toMatchObject({ kind: 'temporary' });
});

test('DG6 a refusal of the mail itself is told from one of its address', async () => {
  const refusing = (responseCode: number) => ({
    onData: (stream: NodeJS.ReadableStream, _session: unknown, done: (error?: Error) => void) =>
      stream.resume().on('end', () => done(Object.assign(new Error('spam'), { responseCode }))),
  });
  for (const [code, kind] of [
    [554, 'permanent'],
    [451, 'temporary'],
  ] as const) {
    const content = await failureAt(await smtp(refusing(code)));
    expect(content).toMatchObject({ kind, isAboutContent: true });
    const address = await failureAt(await smtp(answering(code)));
    expect(address).toMatchObject({ kind, isAboutContent: false });
  }
});

test('AC29 a server that cannot be reached has accepted nothing', async () => {
  const port = await tcp(() => {});
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const unused = (closed.address() as AddressInfo).port;
  await new Promise((resolve) => closed.close(resolve));
  expect(await failureAt(unused)).toMatchObject({ kind: 'temporary' });
  const times = { connectTimeoutMs: 100 };
  expect(await failureAt(port, { times })).toMatchObject({ kind: 'temporary' });
});

test('AC29 a server that has the mail and does not answer may have accepted it', async () => {
  const port = await smtp({
    onData(stream) {
      stream.resume();
    },
  });
  const times = { replyTimeoutMs: 200 };
  expect(await failureAt(port, { times })).toMatchObject({ kind: 'unanswered' });
});

test('AC29 a server that answers without end is left at the deadline, or when the job has to stop', async () => {
  const closed: Promise<unknown>[] = [];
  const port = await tcp((socket) => {
    socket.resume().write('220 hello\r\n');
    const timer = setInterval(() => socket.write('250-more\r\n'), 20);
    closed.push(
      new Promise((resolve) => {
        socket.on('close', () => {
          clearInterval(timer);
          resolve(undefined);
        });
      }),
    );
  });
  const times = { deadlineMs: 200 };
  expect(await failureAt(port, { times })).toMatchObject({ kind: 'unanswered' });
  const stopped = AbortSignal.timeout(200);
  expect(await failureAt(port, { signal: stopped })).toMatchObject({ kind: 'unanswered' });
  expect(closed).toHaveLength(2);
  await Promise.all(closed);
});

test('AC29 no link crosses a network in plain text', async () => {
  const received: string[] = [];
  const port = await smtp({
    // Also this machine, but not by one of its usual names.
    host: '127.0.0.2',
    onData(stream, { envelope }, done) {
      received.push(...envelope.rcptTo.map(({ address }) => address));
      stream.resume().on('end', () => done());
    },
  });
  const failure = await failureAt(port, { host: '127.0.0.2' });
  expect(failure.message).toBe('the mail server answered 500 to STARTTLS');
  expect(received).toEqual([]);
  const url = `smtp://127.0.0.2:${port}?requireTLS=false`;
  using mailer = createMailer({ url, from: 'tandem@example.org' });
  await mailer.send({ to: 'ada@example.org', subject: 'A link', text: 'Here' }, NEVER);
  expect(received).toEqual(['ada@example.org']);
});

test('DG7 one click ends mails by https only, and a mail has both of its forms', async () => {
  const received: string[] = [];
  const port = await smtp({
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        received.push(text);
        done();
      });
    },
  });
  using mailer = createMailer({ url: `smtp://127.0.0.1:${port}`, from: 'tandem@example.org' });
  const mail = { to: 'ada@example.org', subject: 'Tides\r\nBcc: eve@example.org', text: 'Low' };
  for (const scheme of ['https', 'http'])
    await mailer.send(
      { ...mail, html: '<p>Low</p>', unsubscribe: new URL(`${scheme}://docs.example.org/u?t=1`) },
      NEVER,
    );
  await mailer.send(mail, NEVER);
  const [secure, plain, without] = received as [string, string, string];
  expect(secure).toContain('List-Unsubscribe: <https://docs.example.org/u?t=1>');
  expect(secure).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  expect(secure).toContain('multipart/alternative');
  expect(plain).toContain('List-Unsubscribe: <http://docs.example.org/u?t=1>');
  expect(plain).not.toContain('List-Unsubscribe-Post');
  expect(without).not.toContain('List-Unsubscribe');
  for (const text of received) {
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).not.toMatch(/^Bcc:/m);
  }
});
