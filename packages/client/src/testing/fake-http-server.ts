/** The server's side of HTTP transports: each request waits until the test responds. */
import {
  binaryCodec,
  encodePart,
  PartReader,
  TRANSPORT_HEADERS,
  TRANSPORT_PATHS,
  type ClientMessage,
  type ServerMessage,
} from '@tandem/protocol';

type PathName = keyof typeof TRANSPORT_PATHS;

export class FakeRequest {
  readonly path: PathName;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly answered: Promise<Response>;
  #resolve!: (response: Response) => void;
  #reject!: (error: Error) => void;

  constructor(path: PathName, init: RequestInit) {
    this.path = path;
    this.headers = new Headers(init.headers);
    this.body = init.body instanceof Uint8Array ? init.body : new Uint8Array();
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal } = init;
    const abort = (): void => this.breakOff();
    signal?.addEventListener('abort', abort);
    const done = (): void => signal?.removeEventListener('abort', abort);
    this.answered.then(done, done);
  }

  header(name: keyof typeof TRANSPORT_HEADERS): string | null {
    return this.headers.get(TRANSPORT_HEADERS[name]);
  }

  get messages(): readonly ClientMessage[] {
    return new PartReader(1 << 24).push(this.body).flatMap((part) => {
      if (part.kind === 'close') return [];
      const decoded = binaryCodec.decodeFromClient(part.data);
      if (decoded.kind === 'invalid') throw new Error(decoded.reason);
      return decoded.messages.filter(
        (message) => message.type !== 'fragment' && message.type !== 'unaccepted-command',
      );
    });
  }

  answer(status: number, body: BodyInit | null, headers: Record<string, string> = {}): void {
    this.#resolve(new Response(body, { status, headers }));
  }

  breakOff(): void {
    this.#reject(new TypeError('Failed to fetch'));
  }
}

export class FakeHttpServer {
  readonly requests: FakeRequest[] = [];

  readonly fetch = async (
    input: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const entry = Object.entries(TRANSPORT_PATHS).find(([, path]) => path === pathname);
    if (entry === undefined) throw new TypeError(`nothing at ${pathname}`);
    const request = new FakeRequest(entry[0] as PathName, init);
    this.requests.push(request);
    return await request.answered;
  };

  of(path: PathName): readonly FakeRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  latest(path: PathName): FakeRequest {
    const request = this.of(path).at(-1);
    if (request === undefined) throw new Error(`no request to ${path}`);
    return request;
  }
}

export function bodyWith(...messages: ServerMessage[]): Uint8Array<ArrayBuffer> {
  return encodePart({
    kind: 'frame',
    data: binaryCodec.join(messages.map(binaryCodec.encode)),
  }) as Uint8Array<ArrayBuffer>;
}
