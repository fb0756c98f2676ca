/** The browsable page of the OpenAPI document. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docsLimits, routes } from '@gridmr/contracts';
import { z } from 'zod';
import { pageFiles, pageText, startText } from '../docs/docs-page.js';
import { type Route, route } from '../route.js';

const htmlMediaType = 'text/html';
const fileParameter = '{file}';

const directory = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));

export function docsRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: routes.docs,
      id: 'browseApi',
      access: 'public',
      summary: 'This document as a page',
      answers: { 200: { description: 'The page; it loads nothing from elsewhere', mediaTypes: [htmlMediaType] } },
      problems: [],
      handle: ({ response }) => {
        response.type(htmlMediaType).send(pageText);
        return undefined;
      },
    }),
    route({
      method: 'get',
      path: routes.docsFile(fileParameter),
      id: 'readPageFile',
      access: 'public',
      summary: 'What the page is made of',
      params: z.object({ file: z.enum(pageFiles) }),
      answers: {
        200: { description: 'The file', mediaTypes: ['text/javascript', 'text/css', 'image/png'] },
      },
      problems: ['not_found'],
      handle: async ({ params, response }) => {
        if (params.file === 'start.js') response.type('text/javascript').send(startText);
        else await sent(done => response.sendFile(params.file, { root: directory, maxAge: docsLimits.keptMs }, done));
        return undefined;
      },
    }),
  ];
}

/** A connection that breaks meanwhile needs no answer. */
function sent(send: (done: (error?: Error) => void) => void): Promise<void> {
  return new Promise(resolve => send(() => resolve()));
}
