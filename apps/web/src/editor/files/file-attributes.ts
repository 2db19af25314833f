/** What the text says of a file, and what the controls of its block do to the text. */

export interface FileAttributes {
  readonly file: string | null;
  readonly name: string | null;
  readonly size: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly alt: string | null;
  readonly caption: string | null;
  readonly displayWidth: number | null;
}

export interface FileBlockActions {
  readonly set: (name: keyof FileAttributes, value: string | number | null) => void;
  readonly select: () => void;
  readonly remove: () => void;
  /** Back to the text, behind the block. */
  readonly leave: () => void;
}
