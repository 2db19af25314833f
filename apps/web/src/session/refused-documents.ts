/**
 * Documents that were created here and that the server refused to create. Their text stays on this device, and is
 * shown while this page is open.
 */
import type { Commands, RefusedListener } from '@tandem/client';
import type { ErrorBody } from '@tandem/protocol';
import { Observable } from '../runtime/observable.ts';

export interface RefusedDocument {
  readonly title: string;
  readonly error: ErrorBody;
}

export class RefusedDocuments {
  readonly state = new Observable<ReadonlyMap<string, RefusedDocument>>(new Map());
  readonly #commands: Pick<Commands, 'run'>;

  constructor(commands: Pick<Commands, 'run'>) {
    this.#commands = commands;
  }

  /** @returns whether the refusal concerns such a document, whose screen shows it */
  handleRefusal(...[call, error]: Parameters<RefusedListener>): boolean {
    if (call.name === 'document:create') {
      const { document, title = '' } = call.input;
      this.#set(document, { title, error });
      return true;
    }
    if (call.name !== 'document:rename') return false;
    const { document, title } = call.input;
    const known = this.state.get().get(document);
    if (known === undefined) return false;
    // The person renamed the document before its creation was refused.
    this.#set(document, { ...known, title });
    return true;
  }

  /** Sends the creation again: the server may accept it now. */
  retry(document: string): void {
    const known = this.state.get().get(document);
    if (known === undefined) return;
    this.#set(document, null);
    this.#commands.run({ name: 'document:create', input: { document, title: known.title } });
  }

  #set(document: string, refused: RefusedDocument | null): void {
    const next = new Map(this.state.get());
    if (refused === null) next.delete(document);
    else next.set(document, refused);
    this.state.set(next);
  }
}
