import type { NamedVersion } from '@tandem/protocol';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';

export interface NamedVersions {
  /** The newest moment first. */
  readonly versions: readonly NamedVersion[];
  readonly name: (offset: number, title: string) => void;
  readonly rename: (version: string, title: string) => void;
  readonly delete: (version: string) => void;
}

const NONE: readonly NamedVersion[] = [];

export function useNamedVersions(document: string): NamedVersions {
  const { client } = useServices();
  const channel = useChannel(`versions:${document}`);
  const versions = useChannelValue(channel, ({ state }) => state?.versions ?? NONE) ?? NONE;
  const { commands } = client;
  return {
    versions,
    name: (offset, title) =>
      void commands.run({ name: 'version:name', input: { document, offset, title } }),
    rename: (version, title) =>
      void commands.run({ name: 'version:rename', input: { document, version, title } }),
    delete: (version) =>
      void commands.run({ name: 'version:delete', input: { document, version } }),
  };
}
