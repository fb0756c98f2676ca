/** A hand-over that the prelude would never make: user code got at it. */
export class ForgedHandOverError extends Error {
  constructor(what: string) {
    super(`the program handed over ${what}; it must not change the sandbox's own workings`);
    this.name = 'ForgedHandOverError';
  }
}
