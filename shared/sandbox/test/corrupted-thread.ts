/** The thread in which guests go wrong whose memory is forged. */
import { serveRequests } from '@gridmr/sandbox';
import { runCorrupted } from './corrupted-guest.js';

export interface CorruptedRequest {
  readonly seed: string;
  readonly deadlineMs: number;
}

// The engine says on the console that it gives up, which is what is expected of it here.
Object.assign(console, { error: () => {}, warn: () => {} });

serveRequests(({ seed, deadlineMs }: CorruptedRequest) => runCorrupted(seed, deadlineMs));
