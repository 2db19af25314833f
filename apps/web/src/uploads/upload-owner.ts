/** Whose the files are that this device sends. */

export interface UploadOwner {
  readonly id: string;
  /** Without an account; their files may become those of an account. */
  readonly isGuest: boolean;
}

let find = (): UploadOwner | null => null;

export function findOwnerBy(next: () => UploadOwner | null): void {
  find = next;
}

export function currentOwner(): UploadOwner | null {
  return find();
}
