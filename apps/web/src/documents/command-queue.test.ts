import { errorOf, type ErrorBody } from '@tandem/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { RequestFailed } from '../http/request.ts';
import type { Command } from './command.ts';
import { CommandQueue } from './command-queue.ts';

const create: Command = { kind: 'create', document: 'abcdefghijklmnopqrstuv', at: 1 };
const rename: Command = { kind: 'rename', document: create.document, title: 'Tides', at: 2 };
const unreachable = new RequestFailed({ kind: 'unreachable' });

/** What a device keeps, without a browser. */
function storage(keeps = true) {
  const kept = new Map<string, unknown>();
  return {
    kept,
    read: <T>(key: string, schema: z.ZodType<T>): T | null =>
      schema.safeParse(kept.get(key)).data ?? null,
    write: (key: string, value: unknown) => {
      if (keeps) kept.set(key, structuredClone(value));
      return keeps;
    },
  };
}

let sent: Command[];
let refused: [Command, ErrorBody][];
let settled: Command[];
let later: (() => void)[];
let isWritten: (document: string) => Promise<boolean>;
let answer: (command: Command) => Promise<void>;

function queue(device = storage()) {
  return new CommandQueue({
    storage: device,
    send: (command) => {
      sent.push(command);
      return answer(command);
    },
    settled: (command) => settled.push(command),
    refused: (command, error) => refused.push([command, error]),
    isWritten: (document) => isWritten(document),
    later: (run) => later.push(run),
  });
}

beforeEach(() => {
  sent = [];
  refused = [];
  settled = [];
  later = [];
  isWritten = () => Promise.resolve(false);
  answer = () => Promise.resolve();
});

describe('commands', () => {
  test('are sent one after the other, and count until the server has them', async () => {
    const commands = queue();
    commands.add(create);
    commands.add(rename);
    expect(commands.state.get().commands).toEqual([create, rename]);
    await commands.flush();
    expect(sent).toEqual([create, rename]);
    expect(settled).toEqual([create, rename]);
    expect(commands.state.get()).toMatchObject({ commands: [], kept: true });
  });

  test('wait when the server is not reached, are tried again, and survive the page', async () => {
    answer = () => Promise.reject(unreachable);
    const device = storage();
    const commands = queue(device);
    commands.add(create);
    await commands.flush();
    await commands.flush();
    expect(commands.state.get().commands).toEqual([create]);
    expect(later).toHaveLength(1);

    answer = () => Promise.resolve();
    const nextVisit = queue(device);
    expect(nextVisit.state.get().commands).toEqual([create]);
    await nextVisit.flush();
    expect(device.kept.get('commands')).toEqual([]);
  });

  test('that the server refuses are taken back and explained, and the next ones go on', async () => {
    answer = (command) =>
      command.kind === 'create'
        ? Promise.reject(new RequestFailed({ kind: 'refused', error: errorOf('forbidden') }))
        : Promise.resolve();
    const commands = queue();
    commands.add(create);
    commands.add(rename);
    await commands.flush();
    expect(refused).toEqual([[create, errorOf('forbidden')]]);
    expect(settled).toEqual([rename]);
    expect(commands.state.get().commands).toEqual([]);
  });

  describe('of a refused document in which something is written', () => {
    const forbidden = errorOf('forbidden');
    const elsewhere: Command = { ...rename, document: 'zyxwvutsrqponmlkjihgfe' };

    beforeEach(() => {
      isWritten = (document) => Promise.resolve(document === create.document);
      answer = (command) =>
        command.document === create.document
          ? Promise.reject(new RequestFailed({ kind: 'refused', error: forbidden }))
          : Promise.resolve();
    });

    test('stay with the reason, and hold up nothing else', async () => {
      const commands = queue();
      for (const command of [create, rename, elsewhere]) commands.add(command);
      await commands.flush();
      expect(sent).toEqual([create, elsewhere]);
      expect(refused).toEqual([]);
      expect(commands.state.get()).toEqual({
        commands: [create, rename],
        kept: true,
        refused: new Map([[create.document, forbidden]]),
      });
    });

    test('are sent again when the connection is back or the page is', async () => {
      const device = storage();
      const commands = queue(device);
      commands.add(create);
      await commands.flush();
      await commands.flush();
      expect(sent).toEqual([create]);
      expect(queue(device).state.get().commands).toEqual([create]);
      answer = () => Promise.resolve();
      await commands.retry();
      expect(settled).toEqual([create]);
      expect(commands.state.get()).toEqual({ commands: [], kept: true, refused: new Map() });
    });

    test('stay too when the device does not say whether it is', async () => {
      isWritten = () => Promise.reject(new Error('no disk'));
      const commands = queue();
      commands.add(create);
      await commands.flush();
      expect(commands.state.get().commands).toEqual([create]);
    });
  });

  test('that the server cannot take now wait like those that did not reach it', async () => {
    answer = () =>
      Promise.reject(new RequestFailed({ kind: 'refused', error: errorOf('storage-failed') }));
    const commands = queue();
    commands.add(create);
    await commands.flush();
    expect(refused).toEqual([]);
    expect(commands.state.get().commands).toEqual([create]);
  });

  test('a newer title that came while the older one was on its way is sent too', async () => {
    const newer: Command = { ...rename, title: 'Tide log', at: 3 };
    const commands = queue();
    answer = (command) => {
      if (command === rename) commands.add(newer);
      return Promise.resolve();
    };
    commands.add(rename);
    await commands.flush();
    expect(sent).toEqual([rename, newer]);
  });

  test('that the device does not keep are said to be so', () => {
    answer = () => new Promise(() => undefined);
    const commands = queue(storage(false));
    commands.add(create);
    expect(commands.state.get()).toMatchObject({ commands: [create], kept: false });
  });

  test('of another tab are taken over', () => {
    const device = storage();
    const commands = queue(device);
    device.kept.set('commands', [create]);
    commands.reload();
    expect(commands.state.get().commands).toEqual([create]);
  });

  test('of another tab are not lost to one that has not heard of them', () => {
    answer = () => new Promise(() => undefined);
    const device = storage();
    const commands = queue(device);
    device.kept.set('commands', [create]);
    commands.add(rename);
    expect(device.kept.get('commands')).toEqual([create, rename]);
  });

  test('that cannot be understood are not read', () => {
    const device = storage();
    device.kept.set('commands', [{ kind: 'burn' }]);
    expect(queue(device).state.get().commands).toEqual([]);
  });
});
