/** The settings of accounts and sessions. */
import { MIN_SECRET_LENGTH, oidcProviders, secrets, yesOrNo } from './setting-schemas.ts';

export const ACCOUNT_VARIABLES = {
  AUTH_SECRET: {
    schema: secrets().meta({
      expected: `at least ${MIN_SECRET_LENGTH} characters, or several such with commas`,
    }),
    unset: null,
    purpose:
      'Signs connection tokens. When it is not set, a secret is created in DATA_DIR/secret. To replace a secret, put the new one before the old one, with a comma, for at least ten minutes; without the old one, links in earlier mails that end digests do so no longer.',
  },
  ALLOW_GUESTS: {
    schema: yesOrNo(),
    unset: 'true',
    purpose:
      'Anyone who opens the page becomes a guest and may write. With "false", only browsers with a session can sign in.',
  },
  OIDC_PROVIDERS: {
    schema: oidcProviders().meta({
      expected:
        'a JSON array such as [{"id":"corp","name":"Corp","issuer":"https://id.example.org","clientId":"…","clientSecret":"…"}]',
    }),
    unset: '[]',
    purpose:
      'Services with which people sign in by OpenID Connect. Register PUBLIC_URL/sign-in/oidc/<id> as the redirect address at each.',
  },
} as const;
