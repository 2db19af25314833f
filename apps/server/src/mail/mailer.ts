/** Sends mails through the operator's SMTP server. */
import { createTransport, type NodemailerError } from 'nodemailer';
import { MAIL } from '../limits.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /** Where the person, or their mail program with one click, ends further ones (RFC 2369, RFC 8058). */
  readonly unsubscribe?: URL;
}

export interface MailSettings {
  /** `smtp:` or `smtps:`, with a user and a password if the server wants them. */
  readonly url: string;
  readonly from: string;
}

export interface Mailer extends Disposable {
  /**
   * @param signal ends the attempt; its own deadline does so, too.
   * @throws MailFailure when the server did not accept it.
   */
  send(mail: Mail, signal: AbortSignal): Promise<void>;
}

/**
 * - `temporary`: not accepted this time.
 * - `permanent`: the server would answer in the same way again.
 * - `unanswered`: the server may have accepted it.
 */
export type MailFailureKind = 'temporary' | 'permanent' | 'unanswered';

/** Says nothing of what the server has answered but its code: answers repeat addresses, and errors are logged and stored. */
export class MailFailure extends Error {
  readonly kind: MailFailureKind;
  /** The server would take a mail to this address, but has refused this one: perhaps for its words. */
  readonly isAboutContent: boolean;

  constructor(kind: MailFailureKind, message: string, isAboutContent = false) {
    super(message);
    this.kind = kind;
    this.isAboutContent = isAboutContent;
  }
}

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** @param times in milliseconds. */
export function createMailer(
  { url, from }: MailSettings,
  times: Readonly<Record<keyof typeof MAIL, number>> = MAIL,
): Mailer {
  const transport = createTransport(
    {
      // A part after "?" is stronger than what follows.
      url,
      // Links into accounts do not cross a network in plain text, also when somebody there hides that the server has TLS.
      requireTLS: !LOOPBACK_NAMES.includes(new URL(url).hostname),
      connectionTimeout: times.connectTimeoutMs,
      greetingTimeout: times.connectTimeoutMs,
      socketTimeout: times.replyTimeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    // Out-of-office replies would go to nobody.
    { from, headers: { 'Auto-Submitted': 'auto-generated' } },
  );
  return {
    async send({ unsubscribe, ...mail }, signal) {
      const deadline = AbortSignal.timeout(times.deadlineMs);
      try {
        await transport.sendMail({
          ...mail,
          headers: unsubscribe === undefined ? {} : unsubscribeHeaders(unsubscribe),
          signal: AbortSignal.any([signal, deadline]),
        });
      } catch (error) {
        throw failureOf(error as NodemailerError);
      }
    },
    [Symbol.dispose]: () => transport.close(),
  };
}

/** One click is for https only (RFC 8058, 3.1). */
function unsubscribeHeaders({ href, protocol }: URL): Record<string, string> {
  const list = { 'List-Unsubscribe': `<${href}>` };
  return protocol === 'https:'
    ? { ...list, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
    : list;
}

function failureOf({ code = 'ERROR', ...error }: NodemailerError): MailFailure {
  const { responseCode, permanent = false, command, timeoutType, syscall } = error;
  if (responseCode !== undefined)
    return new MailFailure(
      permanent ? 'permanent' : 'temporary',
      `the mail server answered ${responseCode} to ${command ?? 'a command'}`,
      command === 'DATA',
    );
  const isConnected =
    syscall !== 'connect' && (timeoutType === undefined || timeoutType === 'SOCKET_TIMEOUT');
  return LOST_CONNECTION.includes(code) && isConnected
    ? new MailFailure('unanswered', `the mail server stopped answering: ${code}`)
    : new MailFailure('temporary', `the mail server could not be used: ${code}`);
}

const LOST_CONNECTION: readonly string[] = ['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EABORT'];
