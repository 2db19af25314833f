/** Sends mails through the operator's SMTP server. */
import { createTransport } from 'nodemailer';
import { MAIL } from '../limits.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface MailSettings {
  /** `smtp:` or `smtps:`, with a user and a password if the server wants them. */
  readonly url: string;
  readonly from: string;
}

export interface Mailer extends Disposable {
  /** @throws when the server did not accept it. */
  send(mail: Mail): Promise<void>;
}

export function createMailer({ url, from }: MailSettings): Mailer {
  const transport = createTransport(
    {
      url,
      connectionTimeout: MAIL.timeoutMs,
      greetingTimeout: MAIL.timeoutMs,
      socketTimeout: MAIL.timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    // Out-of-office replies would go to nobody.
    { from, headers: { 'Auto-Submitted': 'auto-generated' } },
  );
  return {
    async send(mail) {
      await transport.sendMail(mail);
    },
    [Symbol.dispose]: () => transport.close(),
  };
}
