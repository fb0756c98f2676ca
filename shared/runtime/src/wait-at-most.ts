/** Waiting for what may never come. */
export class NoAnswerError extends Error {
  constructor(ms: number) {
    super(`it does not answer within ${ms} ms`);
    this.name = 'NoAnswerError';
  }
}

/** Throws what `answer` throws, or `NoAnswerError` if it takes longer than `ms`: it goes on then, and nobody looks at it. */
export async function withinDeadline<Answer>(ms: number, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError(ms)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for `work`, and after `ms` goes on without it. Throws what `work` throws until then. */
export async function waitAtMost(ms: number, work: Promise<unknown>): Promise<void> {
  try {
    await withinDeadline(ms, work);
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
  }
}
