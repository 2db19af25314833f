import type { NodeDefinition } from './definition.ts';

export const doc: NodeDefinition = {
  since: 1,
  content: 'block+',
  marks: '',
  attributes: {},
  editor: { topNode: true },
};

export const text: NodeDefinition = {
  since: 1,
  group: 'inline',
  content: '',
  marks: '',
  attributes: {},
  editor: {},
};

export const hardBreak: NodeDefinition = {
  since: 1,
  group: 'inline',
  content: '',
  marks: '',
  attributes: {},
  editor: {
    selectable: false,
    linebreakReplacement: true,
    parseHTML: () => [{ tag: 'br' }],
    renderHTML: ({ HTMLAttributes }) => ['br', HTMLAttributes],
    renderText: () => '\n',
  },
};
