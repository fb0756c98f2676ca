/** The API said no. */
import type { Problem } from '@gridmr/contracts';

export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(messageOf(problem));
    this.name = 'ApiError';
    this.problem = problem;
  }

  get code(): Problem['code'] {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

function messageOf({ title, detail, errors = [] }: Problem): string {
  const fields = errors.map(({ path, message }) => (path === '' ? message : `${path} ${message}`));
  return [detail === '' ? title : detail, ...fields].join('; ');
}
