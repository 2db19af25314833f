/**
 * Documents that were made here and that the server would not make, as long as this page is open. What is written
 * in them stays on this device, and is shown.
 */
import type { Commands, RefusedListener } from '@tandem/client';
import type { ErrorBody } from '@tandem/protocol';
import { Observable } from '../runtime/observable.ts';

export interface RefusedDocument {
  readonly title: string;
  readonly error: ErrorBody;
}

export class RefusedDocuments {
  /** By id. */
  readonly state = new Observable<ReadonlyMap<string, RefusedDocument>>(new Map());
  readonly #commands: Pick<Commands, 'run'>;

  constructor(commands: Pick<Commands, 'run'>) {
    this.#commands = commands;
  }

  /** Whether the refusal is about such a document, whose screen tells of it. */
  note(...[call, error]: Parameters<RefusedListener>): boolean {
    if (call.name === 'document:create') {
      const { document, title = '' } = call.input;
      this.#set(document, { title, error });
      return true;
    }
    if (call.name !== 'document:rename') return false;
    const { document, title } = call.input;
    const known = this.state.get().get(document);
    if (known === undefined) return false;
    // It was called that before anybody knew that it would not be made.
    this.#set(document, { ...known, title });
    return true;
  }

  /** Asks once more to have it made: the server may have changed its mind. */
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
