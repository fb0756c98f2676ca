/** Files of the data directory: upload, download, list, delete. */
import { fileListQuerySchema, fileSchema, headers, pageSchema, requestLimits, routes } from '@gridmr/contracts';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.js';
import { deleteFile } from '../files/delete-file.js';
import { listFiles } from '../files/list-files.js';
import { receiveFile } from '../files/receive-file.js';
import { sendFile } from '../files/send-file.js';
import { type Route, route } from '../route.js';

const fileParamsSchema = z.object({
  path: z
    .string()
    .min(1)
    .max(requestLimits.pathLengthMax)
    .meta({ description: 'Relative to the data directory. Its slashes stand for themselves' }),
});
const filePath = routes.file('{path}');
const filePageSchema = pageSchema(fileSchema, 'FilePage');

const uploadHeadersSchema = z.object({
  'if-none-match': z
    .literal('*', 'may only be *, which asks not to replace a file')
    .optional()
    .meta({ description: '`*`: only if nothing is there' }),
  [headers.contentDigest]: z
    .string()
    .regex(/^sha-256=:[A-Za-z0-9+/]{43}=:$/, 'must read sha-256=:<base64>:, as RFC 9530 says')
    .optional()
    .meta({ description: '`sha-256=:<base64>:` (RFC 9530): what arrives must be that' }),
});

export function fileRoutes(dependencies: ApiDependencies): Route[] {
  return [uploadRoute(dependencies), ...readRoutes(dependencies), deleteRoute(dependencies)];
}

function uploadRoute(dependencies: ApiDependencies): Route {
  return route({
    method: 'put',
    path: filePath,
    id: 'uploadFile',
    access: 'write',
    audit: 'file.upload',
    summary: 'Upload a file',
    description:
      'The body is the file, as it is. It appears whole or not at all, and replaces what was there. Keys of the role `user` write below ' +
      '`users/<name>/`, within a quota.',
    params: fileParamsSchema,
    headers: uploadHeadersSchema,
    upload: true,
    answers: {
      200: { description: 'The file has replaced another one', schema: fileSchema },
      201: { description: 'The file is new', schema: fileSchema },
    },
    problems: [
      'invalid_request',
      'digest_mismatch',
      'path_not_allowed',
      'not_found',
      'path_taken',
      'file_exists',
      'body_too_large',
      'quota_exceeded',
      'media_type_not_supported',
      'database_unavailable',
      'storage_unavailable',
    ],
    handle: async ({ params, headers: given, caller, request }) => {
      const sha256 = given[headers.contentDigest]?.slice('sha-256=:'.length, -1);
      const upload = { path: params.path, isNew: given['if-none-match'] === '*', sha256 };
      const { file, isNew } = await receiveFile(dependencies, caller, upload, request);
      return { status: isNew ? 201 : 200, body: file, target: file.path };
    },
  });
}

function readRoutes(dependencies: ApiDependencies): Route[] {
  return [
    route({
      method: 'get',
      path: routes.files,
      id: 'listFiles',
      access: 'read',
      summary: 'List files, in the order of their paths',
      description:
        'Leaves out names that begin with a dot, and links. Keys of the role `user` see shared files and their own; the output of a job of theirs by ' +
        '`prefix=output/<job_id>/`.',
      query: fileListQuerySchema,
      answers: { 200: { description: 'A page of files; it may be empty and not the last', schema: filePageSchema } },
      problems: ['invalid_request', 'path_not_allowed', 'database_unavailable', 'storage_unavailable'],
      handle: async ({ query, caller }) => ({ status: 200, body: await listFiles(dependencies, caller, query) }),
    }),
    route({
      method: 'get',
      path: filePath,
      id: 'downloadFile',
      access: 'read',
      summary: 'Download a file, or one range of it',
      description:
        'Takes `Range`, `If-Range`, `If-None-Match` and `If-Modified-Since`. A download that cannot be finished is cut off.',
      params: fileParamsSchema,
      answers: {
        200: {
          description: 'The whole file',
          mediaTypes: ['application/octet-stream'],
          headers: { etag: 'Of this content' },
        },
        206: {
          description: 'The range',
          mediaTypes: ['application/octet-stream'],
          headers: { 'content-range': 'Which' },
        },
        304: { description: 'The client has it' },
      },
      problems: [
        'path_not_allowed',
        'not_found',
        'range_not_satisfiable',
        'database_unavailable',
        'storage_unavailable',
      ],
      handle: async ({ params, caller, request, response }) => {
        await sendFile(dependencies, caller, params.path, request, response);
        return undefined;
      },
    }),
  ];
}

function deleteRoute(dependencies: ApiDependencies): Route {
  return route({
    method: 'delete',
    path: filePath,
    id: 'deleteFile',
    access: 'write',
    audit: 'file.delete',
    summary: 'Delete a file',
    params: fileParamsSchema,
    answers: { 204: { description: 'It is gone' } },
    problems: ['path_not_allowed', 'not_found', 'path_taken', 'database_unavailable', 'storage_unavailable'],
    handle: async ({ params, caller }) => {
      await deleteFile(dependencies, caller, params.path);
      return { status: 204, body: undefined };
    },
  });
}
