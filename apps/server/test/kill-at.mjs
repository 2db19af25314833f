/** Loaded before a command that a test kills: the process ends at once where it prints what KILL_AT says. */
import process from 'node:process';

const { KILL_AT = '' } = process.env;
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (...args) => {
  // Pipes are written synchronously: the test reads this text, and nothing after it runs.
  const isWritten = Reflect.apply(write, undefined, args);
  if (String(args[0]).includes(KILL_AT)) process.kill(process.pid, 'SIGKILL');
  return isWritten;
};
