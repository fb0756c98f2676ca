/** Decides which call fails, and what is not seen yet. One for each thread. */
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { sep } from 'node:path';
import { Random } from '@gridmr/samples';
import type { FaultPlan } from './fault-plan.js';

/** The real one, whatever is put in its place later. */
const realStat = statSync;

export class FaultClock {
  readonly plan: FaultPlan;
  #calls: number;
  readonly #made = new Set<string>();
  /** Of files below the root. */
  readonly #descriptors = new Set<number>();
  #failed = 0;

  constructor(plan: FaultPlan) {
    this.plan = plan;
    this.#calls = new Random(plan.seed ?? 1).int(0, (plan.every ?? 1) - 1);
  }

  /** How many calls failed so far. */
  get failed(): number {
    return this.#failed;
  }

  /** A path, or a descriptor of a file that was opened by one. */
  concerns(file: unknown): boolean {
    const { root } = this.plan;
    if (typeof file === 'number') return this.#descriptors.has(file);
    return typeof file === 'string' && (file === root || file.startsWith(root + sep));
  }

  opened(path: unknown, descriptor: unknown): void {
    if (this.concerns(path) && typeof descriptor === 'number') this.#descriptors.add(descriptor);
  }

  closed(descriptor: number): void {
    this.#descriptors.delete(descriptor);
  }

  /** The error of this call, if it is its turn. */
  failure(call: string): Error | undefined {
    const { every, error } = this.plan;
    if (every === undefined || error === undefined || ++this.#calls % every !== 0) return undefined;
    this.#failed++;
    return systemError(error, call);
  }

  /** This thread made the file: it sees it at once. */
  made(path: string): void {
    if (this.plan.unseenMs !== undefined) this.#made.add(path);
  }

  /** ENOENT for what another has just made. */
  unseen(path: string, call: string): Error | undefined {
    const { unseenMs } = this.plan;
    if (unseenMs === undefined || this.#made.has(path)) return undefined;
    const status = realStat(path, { throwIfNoEntry: false });
    if (status === undefined || !status.isFile() || Date.now() - status.ctimeMs > unseenMs) return undefined;
    this.#failed++;
    return systemError('ENOENT', call);
  }
}

function systemError(code: 'EIO' | 'ENOENT' | 'ENOSPC' | 'ESTALE', syscall: string): Error {
  const errno = -constants.errno[code];
  // Node has no name for ESTALE.
  const name = code === 'ESTALE' ? `Unknown system error ${errno}` : code;
  return Object.assign(new Error(`${name}: made by a test, ${syscall}`), { errno, code: name, syscall });
}
