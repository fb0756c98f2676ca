/** Asking what may never answer. */
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
