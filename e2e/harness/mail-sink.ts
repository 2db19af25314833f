/** An SMTP server in this process that keeps what it receives. */
import type { AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export class MailSink implements AsyncDisposable {
  readonly #texts = new Map<string, string[]>();
  readonly #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope }, done) => {
      simpleParser(stream).then(({ text = '' }) => {
        for (const { address } of envelope.rcptTo)
          this.#texts.set(address, [...(this.#texts.get(address) ?? []), text]);
        done();
      }, done);
    },
  });

  static async start(): Promise<MailSink> {
    const sink = new MailSink();
    await new Promise<void>((resolve) => sink.#server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  /** The value of `SMTP_URL`. */
  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** The link in the last mail to this address. */
  async linkTo(address: string): Promise<string> {
    const find = () => /^https?:\/\/\S+$/m.exec(this.#texts.get(address)?.at(-1) ?? '')?.[0];
    await expect.poll(find).toBeTruthy();
    return find() as string;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
