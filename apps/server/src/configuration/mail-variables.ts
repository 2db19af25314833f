/** The settings of mails. */
import { mailAddress, smtpUrl, yesOrNo } from './setting-schemas.ts';

export const MAIL_VARIABLES = {
  SMTP_URL: {
    schema: smtpUrl().meta({
      expected: 'an address such as smtps://user:password@mail.example.org',
    }),
    unset: null,
    purpose:
      'The server that sends mails: links with which people set a new password, and what they were notified of and have not read. When it is not set, there are none. "smtp://" begins in plain text and continues with TLS; a server without TLS is only used on this machine, or with "?requireTLS=false" at the end.',
  },
  MAIL_EXCERPTS: {
    schema: yesOrNo(),
    unset: 'true',
    purpose:
      'Mails about unread notifications have the first words of comments and messages. With "false", they only say who, what and in which document.',
  },
  MAIL_FROM: {
    schema: mailAddress().meta({ expected: 'an e-mail address such as tandem@example.org' }),
    unset: null,
    purpose: 'The sender of mails, with SMTP_URL.',
  },
} as const;
