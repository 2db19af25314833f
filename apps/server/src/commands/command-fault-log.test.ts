import { expect, test } from 'vitest';
import type { Log } from '../runtime/log.ts';
import { CommandFaultLog } from './command-fault-log.ts';

test('CM14 the fault of a command is logged once, however often the command is sent', () => {
  const lines: unknown[] = [];
  const log = { error: (fields: unknown) => void lines.push(fields) } as Pick<Log, 'error'>;
  const faults = new CommandFaultLog(log);
  const fault = { user: 'u1', id: 'c1', command: 'chat:send', detail: 'broken' } as const;
  for (let attempt = 0; attempt < 5; attempt++) faults.report(fault);
  faults.report({ ...fault, user: 'u2' });
  const line = { command: 'chat:send', id: 'c1', detail: 'broken' };
  expect(lines).toEqual([line, line]);
});
