/** Chromium's virtual authenticator: a key of the device whose person is verified, or refuses. */
import type { CDPSession, Page } from '@playwright/test';

interface Options {
  /** Whether the browser suggests passkeys in fields: its person takes what is suggested at once. */
  readonly suggests?: boolean;
}

export class VirtualAuthenticator {
  readonly #session: CDPSession;
  readonly #id: string;

  private constructor(session: CDPSession, id: string) {
    this.#session = session;
    this.#id = id;
  }

  static async attach(
    page: Page,
    { suggests = false }: Options = {},
  ): Promise<VirtualAuthenticator> {
    if (!suggests)
      await page.evaluate(() => {
        PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
      });
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualAuthenticator(session, authenticatorId);
  }

  async setVerified(isUserVerified: boolean): Promise<void> {
    const authenticatorId = this.#id;
    await this.#session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  }

  /** What a password manager brings to another browser of its person. */
  async copyTo(other: VirtualAuthenticator): Promise<void> {
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', {
      authenticatorId: this.#id,
    });
    for (const credential of credentials)
      await other.#session.send('WebAuthn.addCredential', {
        authenticatorId: other.#id,
        credential,
      });
  }
}
