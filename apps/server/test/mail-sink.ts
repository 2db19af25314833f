/** An SMTP server that keeps what it receives. */
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';
import type { AtEnd } from './running-server.ts';

export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  /** Empty without one. */
  readonly html: string;
  readonly isAutomatic: boolean;
  /** The lines of its head, by lower-case name. */
  readonly lines: ReadonlyMap<string, string>;
}

export class MailSink {
  readonly received: ReceivedMail[] = [];
  readonly #server: SMTPServer;
  /** How many mails are refused before one is taken. */
  refuse = 0;

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, { envelope }, done) => {
        simpleParser(stream).then((mail) => {
          if (this.refuse > 0) {
            this.refuse--;
            return done(new Error('not now'));
          }
          this.received.push({
            to: envelope.rcptTo.map(({ address }) => address).join(),
            from: mail.from?.text ?? '',
            subject: mail.subject ?? '',
            text: mail.text ?? '',
            html: mail.html || '',
            lines: new Map(mail.headerLines.map(({ key, line }) => [key, line])),
            isAutomatic: mail.headers.get('auto-submitted') === 'auto-generated',
          });
          done();
        }, done);
      },
    });
  }

  static async start(atEnd: AtEnd = onTestFinished): Promise<MailSink> {
    const sink = new MailSink();
    await new Promise<void>((resolve) => sink.#server.listen(0, '127.0.0.1', resolve));
    atEnd(() => new Promise((resolve) => sink.#server.close(() => resolve())));
    return sink;
  }

  /** The value of `SMTP_URL`. */
  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  to(address: string): readonly ReceivedMail[] {
    return this.received.filter(({ to }) => to === address);
  }

  /** @returns the mail of this number, from 1, to this address. */
  async next(address: string, count = 1): Promise<ReceivedMail> {
    await eventually(`a mail to ${address}`, () => this.to(address).length >= count);
    return this.to(address)[count - 1]!;
  }
}
