/** What the editor needs of uploaded files: an address to read them at, and a queue that takes new ones. */

export interface EditorFiles {
  readonly address: (file: string) => string;
  /** Loads the code of uploads when it is first needed. */
  readonly uploads: () => Promise<FileUploads>;
  /** Loads their code when it is first needed. Never rejects. */
  readonly kept: () => Promise<KeptImages>;
  /** The person has pasted blocks that show these, perhaps from another document. */
  readonly onPasted: (files: readonly string[]) => void;
}

/** Images of one document that are on this device, for when the server cannot be reached. */
export interface KeptImages {
  keep(file: string, image: ShownImage): void;
  find(file: string): Promise<Blob | null>;
  /** The server has said that it is not there, or not for this person. */
  forget(file: string): void;
}

export interface ShownImage {
  /** What this device has sent; null: the server is asked for it. */
  readonly blob: Blob | null;
  /** Whether the person has seen it. */
  readonly isShown: boolean;
}

export interface AddedFile {
  /** Of the file in this document. */
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly kind: 'image' | 'file';
  readonly blob: Blob;
}

/** The uploads of one document from this device. */
export interface FileUploads {
  /** Begins to upload them. @returns null when this device has no room for as many unsent files */
  add(files: readonly File[]): readonly AddedFile[] | null;
  /** Has the server copy them from the documents that have them, unless they are here. */
  copy(files: readonly string[]): void;
  /** Null when this device has nothing to send under this id, or has sent it. Equal states are identical. */
  get(file: string): UploadState | null;
  /** What this device has sent or will send, until the page is left. */
  blob(file: string): Blob | null;
  retry(file: string): void;
  cancel(file: string): void;
  subscribe(listener: () => void): () => void;
}

export type UploadState =
  /** For its turn, or for the connection. */
  | { readonly kind: 'waiting' }
  /** From 0 to 1. */
  | { readonly kind: 'sending'; readonly share: number }
  /** The server copies it from another document. */
  | { readonly kind: 'copying' }
  /** The server will not take it as it is; the message is a sentence. */
  | { readonly kind: 'failed'; readonly message: string };
