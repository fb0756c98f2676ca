/** Waiting for something to become true, with a deadline and an error that says what was awaited. */

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/** Generous: it is waited out only by a test that fails. */
const timeoutMsDefault = 90_000;
const intervalMsDefault = 10;

export class WaitTimeoutError extends Error {
  constructor(awaited: string, timeoutMs: number, options?: ErrorOptions) {
    super(`waited ${timeoutMs} ms in vain for ${awaited}`, options);
    this.name = 'WaitTimeoutError';
  }
}

type Falsy = false | 0 | '' | null | undefined;

/**
 * Asks `condition` again and again until it answers something truthy, and returns that. A condition that throws has not
 * come true yet; its last error is the cause of the `WaitTimeoutError`.
 */
export async function waitUntil<Value>(
  awaited: string,
  condition: () => Value | Promise<Value>,
  options: WaitOptions = {},
): Promise<Exclude<Value, Falsy>> {
  const timeoutMs = options.timeoutMs ?? timeoutMsDefault;
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<Value, Falsy>;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline) throw new WaitTimeoutError(awaited, timeoutMs, { cause });
    await new Promise(resolve => setTimeout(resolve, options.intervalMs ?? intervalMsDefault));
  }
}
