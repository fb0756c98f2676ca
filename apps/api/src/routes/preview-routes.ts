/** The functions of a job tried out on a sample. */
import { previewRequestSchema, previewSchema, routes } from '@gridmr/contracts';
import type { ApiDependencies } from '../dependencies.js';
import { previewAnswerExample, previewExamples } from '../docs/preview-examples.js';
import { previewJob } from '../preview-job.js';
import { type Route, route } from '../route.js';

export function previewRoutes(dependencies: ApiDependencies): Route[] {
  return [
    route({
      method: 'post',
      path: routes.jobPreview,
      id: 'previewJob',
      access: 'write',
      summary: 'Try the functions of a job on a sample, at once',
      description:
        'Takes what a submission takes, and runs it on the first records of the first input files, or on `sample` text. Answered within two seconds, with what each ' +
        'function gives, errors with their place and record, an estimate of the shuffle, and warnings about programs that would not give the same result each time. ' +
        'Nothing is stored. Errors of the functions are part of a 200.',
      body: previewRequestSchema,
      examples: previewExamples,
      answers: {
        200: {
          description: 'What the functions made of the sample',
          schema: previewSchema,
          example: previewAnswerExample,
        },
      },
      problems: [
        'forbidden',
        'path_not_allowed',
        'language_not_supported',
        'input_not_found',
        'program_does_not_parse',
        'too_many_requests',
        'storage_unavailable',
      ],
      handle: async ({ body, caller }) => ({ status: 200, body: await previewJob(dependencies, body, caller) }),
    }),
  ];
}
