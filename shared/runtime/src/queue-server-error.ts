/** The queue's server is not there or does not start. The message says what to do. */
export class QueueServerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QueueServerError';
  }
}
