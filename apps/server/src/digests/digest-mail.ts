/** The words of a digest, as plain text and as HTML (DG6). */
import { html } from 'hono/html';
import type { Notification, NotificationKind } from '@tandem/protocol';
import { DIGESTS } from './limits.ts';
import type { Mail } from '../mail/mailer.ts';

export interface DigestFacts {
  /** At least one, the newest first. */
  readonly notifications: readonly Notification[];
  readonly publicUrl: URL;
  readonly hasExcerpts: boolean;
  readonly unsubscribe: URL;
}

/** Between the name and the title. */
const SENTENCES: Readonly<Record<NotificationKind, readonly [string, string]>> = {
  mention: ['mentioned you in', ''],
  reply: ['replied to you in', ''],
  comment: ['commented on', ''],
  share: ['shared', ' with you'],
  request: ['asks for access to', ''],
};

interface Entry {
  readonly name: string;
  readonly verb: string;
  readonly title: string;
  readonly end: string;
  readonly excerpt: string;
  readonly link: string;
}

type Written = Pick<Mail, 'subject' | 'text' | 'html'>;

export async function writeDigest(facts: DigestFacts): Promise<Written> {
  const { notifications } = facts;
  const entries = notifications.slice(0, DIGESTS.maxListed).map((one) => toEntry(one, facts));
  const [first] = entries as [Entry];
  const more = notifications.length - 1;
  const others = more === 0 ? '' : `, and ${more} more`;
  return await write(facts, { entries, subject: `${headline(first)}${others}` });
}

/** Without words of people: for a mail server that does not take those of one. */
export async function writeCount(facts: DigestFacts): Promise<Written> {
  const { length } = facts.notifications;
  const subject = `You have ${length} unread ${length === 1 ? 'notification' : 'notifications'}`;
  return await write(facts, { entries: [], subject });
}

async function write(
  { notifications, publicUrl, unsubscribe }: DigestFacts,
  { entries, subject }: Pick<Page, 'entries' | 'subject'>,
): Promise<Written> {
  const unlisted = notifications.length - entries.length;
  const page: Page = {
    ...{ entries, subject, host: publicUrl.host, unsubscribe: unsubscribe.href },
    rest:
      unlisted === 0
        ? ''
        : `${entries.length > 0 ? `And ${unlisted} more` : unlisted} in your inbox:`,
    home: publicUrl.href,
    choices: new URL('/#account=mails', publicUrl).href,
  };
  return { subject, text: toText(page), html: await toHtml(page) };
}

interface Page {
  readonly entries: readonly Entry[];
  readonly subject: string;
  readonly host: string;
  /** How many there are beside the entries; empty for none. */
  readonly rest: string;
  readonly home: string;
  readonly choices: string;
  readonly unsubscribe: string;
}

function toEntry(
  { kind, by, title, excerpt, document, source }: Notification,
  { publicUrl, hasExcerpts }: DigestFacts,
): Entry {
  const [verb, end] = SENTENCES[kind];
  const link = new URL(`/d/${encodeURIComponent(document)}`, publicUrl);
  if (source !== null)
    link.hash =
      source.channel === 'chat' ? `message=${source.message}` : `comment=${source.thread}`;
  return {
    ...{ name: by.name, verb, end, link: link.href },
    title: title === '' ? 'Untitled' : title,
    // Anybody can be a guest, and write what they like into a request.
    excerpt: hasExcerpts && kind !== 'request' ? excerpt : '',
  };
}

const ABOUT = 'You get this mail because you have not read these notifications.';

/** Keeps the direction of a name or a title from turning the words around it. */
const isolated = (text: string): string =>
  `\u2068${text.replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, '')}\u2069`;

const headline = ({ name, verb, title, end }: Omit<Entry, 'excerpt' | 'link'>): string =>
  `${isolated(name)} ${verb} “${isolated(title)}”${end}`;

function toText({ entries, host, rest, home, choices, unsubscribe }: Page): string {
  const blocks = entries.map(({ excerpt, link, ...entry }) =>
    [headline(entry), ...(excerpt === '' ? [] : [`    ${excerpt}`]), `    ${link}`].join('\n'),
  );
  if (rest !== '') blocks.push(`${rest}\n    ${home}`);
  return `Unread in Tandem on ${host}:

${blocks.join('\n\n')}

--
${ABOUT}
Choose how often: ${choices}
No more mails: ${unsubscribe}
`;
}

/** Mail programs leave style sheets out. `html` escapes what it is given. */
async function toHtml(page: Page): Promise<string> {
  const { entries, subject, host, rest, home, choices, unsubscribe } = page;
  const quiet = 'color:#6b6b66;font-size:13px';
  const written = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${subject}</title>
      </head>
      <body
        style="margin:0 auto;padding:24px 16px;max-width:560px;font:15px/1.5 system-ui,sans-serif"
      >
        <p style="${quiet}">Unread in Tandem on ${host}</p>
        ${entries.map(
          ({ name, verb, title, end, excerpt, link }) =>
            html`<p style="margin:0 0 18px">
              <bdi><strong>${name}</strong></bdi> ${verb} <a href="${link}"><bdi>${title}</bdi></a
              >${end}
              ${excerpt === '' ? '' : html`<br /><span dir="auto" style="${quiet}">${excerpt}</span>`}
            </p>`,
        )}
        ${rest === '' ? '' : html`<p><a href="${home}">${rest}</a></p>`}
        <p style="margin-top:32px;${quiet}">
          ${ABOUT}<br />
          <a href="${choices}">Choose how often</a> · <a href="${unsubscribe}">No more mails</a>
        </p>
      </body>
    </html> `;
  return written.toString();
}
