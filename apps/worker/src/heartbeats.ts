/** Says regularly how this worker is doing, for as long as it lives. Who does not hear from it takes it for lost. */
import { hostname } from 'node:os';
import { bytesPerMb, type Heartbeat, processLimits } from '@gridmr/contracts';
import {
  type Logger,
  LoopLag,
  ProcessorMeter,
  type RedisConnection,
  retireWorker,
  sendHeartbeat,
} from '@gridmr/runtime';
import type { TaskTally } from './task-tally.js';

export interface HeartbeatParts {
  readonly redis: RedisConnection;
  readonly workerId: string;
  readonly version: string;
  readonly slots: number;
  readonly tally: TaskTally;
  readonly logger: Logger;
}

export class Heartbeats implements AsyncDisposable {
  readonly #parts: HeartbeatParts;
  readonly #startedAt = new Date().toISOString();
  readonly #timer: NodeJS.Timeout;
  #stopping = false;
  #sending: Promise<void> | undefined;
  readonly #processor = new ProcessorMeter();
  readonly #lag = new LoopLag();

  /** Sends the first one at once. */
  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#beat(), processLimits.heartbeatMs);
    this.#beat();
  }

  /** From now on it takes no more tasks. */
  stopping(): void {
    this.#stopping = true;
    this.#beat();
  }

  /** The worker is no longer there. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#lag[Symbol.dispose]();
    const { redis, workerId } = this.#parts;
    await this.#sending;
    if (redis.status === 'ready') await retireWorker(redis, workerId);
  }

  /** While Redis is away, one waits for it, and the others are left out. */
  #beat(): void {
    const { redis, workerId, logger } = this.#parts;
    this.#sending ??= sendHeartbeat(redis, this.#report())
      .catch(error => logger.warn('a heartbeat could not be sent', { worker_id: workerId, error }))
      .finally(() => {
        this.#sending = undefined;
      });
  }

  #report(): Heartbeat {
    const { workerId, version, slots, tally } = this.#parts;
    return {
      worker_id: workerId,
      host: hostname(),
      pid: process.pid,
      version,
      state: this.#state(),
      slots,
      active_tasks: tally.active,
      cpu_percent: Math.round(this.#processor.read()),
      rss_mb: Math.round(process.memoryUsage.rss() / bytesPerMb),
      tasks_completed: tally.completed,
      tasks_failed: tally.failed,
      sandbox_restarts: tally.sandboxRestarts(),
      loop_lag_ms: Math.round(this.#lag.read()),
      started_at: this.#startedAt,
      last_heartbeat_at: new Date().toISOString(),
    };
  }

  #state(): Heartbeat['state'] {
    if (this.#stopping) return 'stopping';
    return this.#parts.tally.active > 0 ? 'busy' : 'idle';
  }
}
