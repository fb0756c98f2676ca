/**
 * The jail of untrusted code: a `Sandbox` on QuickJS, one fresh instance of the engine per attempt.
 *
 * Call order: `openQuickJsSandbox` (instance, prelude, the source parsed) → `begin` (clock, randomness and `ctx` set, user code evaluated,
 * `setup`) → `mapBlock`… with `combine` between, or `reduce` → `end` (`teardown`, notes) → dispose.
 *
 * Invariants
 * - The border is crossed once per block, batch or hand-over. Pairs come out by a call out of the guest, at the latest when it holds
 *   `pairsPerBlockMax` or `pairTextLengthMax`; groups go in by a call out that pulls the next batch.
 * - A failure of the host inside such a call (a full disk) is kept and thrown by the call into the sandbox, whatever user code caught;
 *   until then every poll of the guest interrupts it.
 * - After any failure the instance may be corrupt (a guest that ran out of memory is): it is never entered again. Disposing drops it as a whole and
 *   runs none of its clean-up, which could abort.
 */
import { type ProgramSource, sandboxLimits, TaskError } from '@gridmr/contracts';
import {
  type AttemptContext,
  type AttemptNotes,
  type GroupBatch,
  type GroupSource,
  KeyError,
  type PairSink,
  type ProgramFunctions,
  type RecordBlock,
  type Sandbox,
} from '@gridmr/engine';
import type { QuickJSHandle } from 'quickjs-emscripten';
import { readAttemptNotes } from './attempt-notes.js';
import { blockText, RecordPlaces } from './block-text.js';
import { type FailurePlace, type UserFunction } from './guest-failure.js';
import { GuestRuntime } from './guest-runtime.js';
import { loadFunctions } from './load-program.js';
import { ForgedHandOverError, readHandOver } from './pair-hand-over.js';
import { ValueTooLargeError } from './value-column.js';
