/** Whether the API lives, and whether it can serve. */
import { healthSchema, routes } from '@gridmr/contracts';
import { checkHealth, liveness } from '../check-health.js';
import type { ApiDependencies } from '../dependencies.js';
import { type Answer, type Route, route } from '../route.js';

export function healthRoutes(dependencies: ApiDependencies): Route[] {
  const ready = async (): Promise<Answer> => {
    const health = await checkHealth(dependencies);
    return { status: health.status === 'ok' ? 200 : 503, body: health };
  };
  const answers = {
    200: { description: 'Every dependency answers', schema: healthSchema },
    503: { description: 'Some dependency does not', schema: healthSchema },
  };
  return [
    route({
      method: 'get',
      path: routes.healthLive,
      id: 'readLiveness',
      access: 'public',
      summary: 'Whether the process answers',
      answers: { 200: { description: 'It does', schema: healthSchema } },
      problems: [],
      handle: () => ({ status: 200, body: liveness(dependencies) }),
    }),
    route({
      method: 'get',
      path: routes.healthReady,
      id: 'readReadiness',
      access: 'public',
      summary: 'Whether the API can serve: Redis, database and storage',
      answers,
      problems: [],
      handle: ready,
    }),
    route({
      method: 'get',
      path: routes.health,
      id: 'readHealth',
      access: 'public',
      summary: 'Liveness and readiness together',
      answers,
      problems: [],
      handle: ready,
    }),
  ];
}
