/**
 * Keeps requests from waiting, one after the other, for a server that hangs: a broken connection is noticed at once, a silent one only by its silence.
 *
 * Whoever finds it silent shuts the gate, and everybody else is turned away at once. Meanwhile one question is asked in the background, again and
 * again; its first answer opens the gate.
 */
import { setTimeout as delay } from 'node:timers/promises';

export class AnswerGate {
  readonly #ask: () => Promise<unknown>;
  readonly #answerMs: number;
  #isShut = false;

  /** @param ask a question that a healthy server answers well within `answerMs` */
  constructor(ask: () => Promise<unknown>, answerMs: number) {
    this.#ask = ask;
    this.#answerMs = answerMs;
  }

  /** Throws `NoAnswerError` while the server is known to be silent. */
  pass(): void {
    if (this.#isShut) throw new NoAnswerError(this.#answerMs);
  }

  /** Throws `NoAnswerError`, or what the question did. */
  async check(): Promise<void> {
    this.pass();
    const answered = new AbortController();
    const silence = delay(this.#answerMs, undefined, { signal: answered.signal }).then(() => {
      this.shut();
      throw new NoAnswerError(this.#answerMs);
    });
    silence.catch(() => undefined);
    try {
      await Promise.race([this.#ask(), silence]);
    } finally {
      answered.abort();
    }
  }

  /** The server did not answer. */
  shut(): void {
    if (this.#isShut) return;
    this.#isShut = true;
    void this.#untilAnswered();
  }

  async #untilAnswered(): Promise<void> {
    while (this.#isShut) {
      // An error is an answer too, unless it says that there was none; then it took as long as a command may take.
      const isAnswered = await this.#ask().then(() => true, isAnswer);
      this.#isShut = !isAnswered;
      if (!isAnswered) await delay(this.#answerMs, undefined, { ref: false });
    }
  }
}

class NoAnswerError extends Error {
  constructor(answerMs: number) {
    super(`there was no answer within ${answerMs} ms`);
    this.name = 'NoAnswerError';
  }
}

/** Of Redis: what it says, or that the connection is broken, which every command is told at once. */
function isAnswer(error: unknown): boolean {
  return !(error instanceof Error) || !error.message.includes('timed out');
}
