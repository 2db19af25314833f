/** Limits of one import. A file is read in a thread of its own, which ends when it takes too long. */
export const IMPORT_LIMITS = {
  maxFiles: 500,
  /** In bytes: web pages and documents of text programs have their images inside. */
  maxFileBytes: 200_000_000,
  timeoutMs: 60_000,
  /** UTF-16 units of the text of a web page, without the data of its images. */
  maxHtmlLength: 5_000_000,
  /** Tags and comments. */
  maxHtmlTags: 300_000,
  maxHtmlDepth: 400,
  /** Of the result. */
  maxBlocks: 50_000,
  maxTextLength: 2_000_000,
  maxEmbeddedFiles: 200,
} as const;

/** Of zip files of documents, which are read part by part. */
export const ARCHIVE_LIMITS = {
  maxEntries: 100_000,
  /** Around one file. */
  maxFolders: 100,
  /** Zip files inside of one, as Notion makes them, and their bytes together. */
  maxParts: 50,
  maxPartsBytes: 4_000_000_000,
  maxManifestBytes: 20_000_000,
  maxDocumentBytes: 64_000_000,
  maxFileBytes: 500_000_000,
  /** Of the files of one document, which wait together until they are uploaded. */
  maxDocumentFilesBytes: 2_000_000_000,
} as const;

/** Of the parts of a DOCX file, which is a zip file. The conversion takes many times the memory of the parts. */
export const DOCX_LIMITS = {
  maxEntries: 5_000,
  maxXmlBytes: 30_000_000,
  maxMediaBytes: 200_000_000,
  maxElements: 600_000,
  maxParagraphs: 30_000,
  maxDepth: 200,
} as const;
