import type { NodeDefinition } from './definition.ts';

export const doc: NodeDefinition = {
  since: 1,
  content: 'block+',
  marks: '',
  attributes: {},
  editor: {},
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
    parseDOM: [{ tag: 'br' }],
    toDOM: () => ['br'],
  },
};
