/** Decides from the echoes that a node hears of itself whether its broker works: BU6 to BU10. */
import { BUS_ECHO } from './bus-limits.ts';
import type { DownReason } from './bus.ts';

export type EchoState =
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly reason: DownReason };

const NO_ECHO: DownReason = { code: 'no-echo', detail: `none for ${BUS_ECHO.silenceMs} ms` };

export class EchoMonitor {
  readonly #onChange: (state: EchoState) => void;
  #state: EchoState = { kind: 'down', reason: { code: 'starting', detail: '' } };
  #connection: 'none' | 'connected' | 'restored' = 'none';
  #heardMs = -Infinity;
  #connectedMs = 0;
  #repetitions = 0;
  #isReplaced = false;

  constructor(onChange: (state: EchoState) => void) {
    this.#onChange = onChange;
  }

  get state(): EchoState {
    return this.#state;
  }

  get isConnected(): boolean {
    return this.#connection !== 'none';
  }

  /** Whether messages that are sent now have a chance. */
  isUsable(nowMs: number): boolean {
    return this.#connection !== 'none' && nowMs - this.#heardMs < BUS_ECHO.silenceMs;
  }

  handleConnected(nowMs: number): void {
    this.#connection = 'connected';
    this.#connectedMs = nowMs;
    this.#repetitions = 0;
  }

  /** All subscriptions were confirmed. */
  handleRestored(): void {
    if (this.#connection === 'connected') this.#connection = 'restored';
    this.#riseIfReady();
  }

  handleDisconnected(reason: DownReason): void {
    this.#connection = 'none';
    this.#repetitions = 0;
    this.#fall(reason);
  }

  handleEcho(sentMs: number, nowMs: number): void {
    const isOld = nowMs - sentMs >= BUS_ECHO.silenceMs || sentMs < this.#connectedMs;
    if (this.#connection === 'none' || isOld) return;
    this.#heardMs = nowMs;
    this.#repetitions++;
    this.#riseIfReady();
  }

  handleReplaced(isReplaced: boolean): void {
    if (this.#isReplaced === isReplaced) return;
    this.#isReplaced = isReplaced;
    this.#repetitions = 0;
    if (isReplaced)
      this.#fall({ code: 'replaced', detail: 'a later process has the name of this node' });
  }

  /** Judges the silence. Returns whether the connection should be replaced. */
  tick(nowMs: number): 'wait' | 'reconnect' {
    if (this.#connection === 'none') return 'wait';
    const silentMs = nowMs - Math.max(this.#heardMs, this.#connectedMs);
    if (silentMs >= BUS_ECHO.silenceMs) {
      this.#repetitions = 0;
      this.#fall(NO_ECHO);
    }
    return silentMs >= BUS_ECHO.reconnectAfterMs ? 'reconnect' : 'wait';
  }

  /** After a pause of the process itself, whose length says nothing about the broker. */
  forgive(pauseMs: number): void {
    this.#heardMs += pauseMs;
    this.#connectedMs += pauseMs;
  }

  #riseIfReady(): void {
    const isReady =
      this.#connection === 'restored' &&
      this.#repetitions >= BUS_ECHO.repetitions &&
      !this.#isReplaced;
    if (isReady && this.#state.kind === 'down') this.#set({ kind: 'up' });
  }

  #fall(reason: DownReason): void {
    // Attempts to connect that fail alike are one state.
    if (this.#state.kind === 'down' && this.#state.reason.code === reason.code) return;
    this.#set({ kind: 'down', reason });
  }

  #set(state: EchoState): void {
    this.#state = state;
    this.#onChange(state);
  }
}
