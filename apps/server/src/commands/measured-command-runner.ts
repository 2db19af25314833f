/** Counts and times the answers and commits of a command runner. */
import type { CommandAnswer, CommandRequest, CommandRunner } from './command-runner.ts';
import type { CommandResult, Metrics } from '../metrics/metrics.ts';

export function measureCommands(runner: CommandRunner, metrics: Metrics): CommandRunner {
  return {
    async run(request: CommandRequest): Promise<CommandAnswer> {
      const pending = { startMs: metrics.clock.monotonicMs() };
      metrics.pendingCommands.add(pending);
      try {
        const answer = await runner.run(request);
        metrics.commanded(request.command.name, resultOf(answer), pending.startMs);
        return answer;
      } finally {
        metrics.pendingCommands.delete(pending);
      }
    },
    onCommitted(listener): void {
      runner.onCommitted((batch) => {
        if (batch.tookMs !== null) metrics.commandsCommitted(batch.tookMs);
        listener(batch);
      });
    },
    get storageError() {
      return runner.storageError;
    },
    onStorageChanged: (listener) => runner.onStorageChanged(listener),
    onLost: (listener) => runner.onLost(listener),
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}

function resultOf(answer: CommandAnswer): CommandResult {
  if (answer.kind === 'refused')
    return answer.error.code === 'command-failed' ? 'failed' : 'refused';
  return answer.repeated ? 'repeated' : 'done';
}
