export { fromMarkdown } from './reader.ts';
export { toMarkdown } from './writer.ts';
