/** The workers, as they report themselves. */
import { routes, workersStatusSchema } from '@gridmr/contracts';
import type { ApiDependencies } from '../dependencies.js';
import { workersExample } from '../docs/answer-examples.js';
import { type Route, route } from '../route.js';

export function workerRoutes({ queue }: ApiDependencies): Route[] {
  return [
    route({
      method: 'get',
      path: routes.workersStatus,
      id: 'readWorkersStatus',
      access: 'read',
      summary: 'List the workers and how they are doing',
      answers: {
        200: {
          description: 'All workers heard of lately, oldest first',
          schema: workersStatusSchema,
          example: workersExample,
        },
      },
      problems: ['queue_unavailable'],
      handle: async () => ({ status: 200, body: { workers: await queue.workers() } }),
    }),
  ];
}
