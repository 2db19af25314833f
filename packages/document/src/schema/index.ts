export * from './marks.ts';
export * from './nodes.ts';

import { Bold, Code, Italic, Link, Strike } from './marks.ts';
import { CodeBlock, Divider, Doc, HardBreak, Quote, Text, TextBlock } from './nodes.ts';

/** The whole schema for Tiptap, without a command or key. Works without a DOM; an editor extends the parts it needs. */
export const schemaExtensions = [
  Doc,
  TextBlock,
  Quote,
  CodeBlock,
  Divider,
  Text,
  HardBreak,
  Link,
  Bold,
  Italic,
  Strike,
  Code,
];
