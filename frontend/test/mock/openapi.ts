// SPDX-License-Identifier: MIT
// Answers as docs/reference/openapi.yaml shows them: the examples of every operation and of every problem.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '@redocly/openapi-core';
import { HttpResponse, http } from 'msw';
import type { operations } from '~/api/schema';

type OperationId = keyof operations;
type Responses<Id extends OperationId> = operations[Id]['responses'];
type Success<Id extends OperationId> = Responses<Id>[Extract<keyof Responses<Id>, 200 | 201>];

/** The JSON that an operation answers with when it succeeds. */
export type Answer<Id extends OperationId> =
  Success<Id> extends { content: { 'application/json': infer Body } } ? Body : never;

interface Media {
  examples?: Record<string, { value: unknown }>;
}

interface Operation {
  operationId: OperationId;
  security?: object[];
  responses: Record<string, { content?: Record<string, Media> }>;
}

interface Problem {
  status: number;
  detail: string;
}

interface Document {
  security: object[];
  paths: Record<string, Record<string, Operation>>;
  components: { examples: Record<string, { value: Problem }> };
}

const file = join(import.meta.dirname, '../../../docs/reference/openapi.yaml');
const document = parseYaml(readFileSync(file, 'utf8')) as Document;
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

const operationsShown = Object.entries(document.paths).flatMap(([path, item]) =>
  methods.flatMap((method) => {
    const operation = item[method];
    const [status, response] =
      Object.entries(operation?.responses ?? {}).find(([code]) => code.startsWith('2')) ?? [];
    const examples = response?.content?.['application/json']?.examples;
    if (!operation || !examples) return [];
    // a browser's session is in cookies
    const { value } = examples.cookie ?? examples.example ?? {};
    const ways = operation.security ?? document.security;
    const needsSession = ways.length > 0 && ways.every((way) => Object.keys(way).length > 0);
    return [{ id: operation.operationId, method, path, status: Number(status), value, needsSession }];
  }),
);

const byId = new Map(operationsShown.map((shown) => [shown.id, shown]));

/** What the operation answers in its example; each caller gets an own copy. */
export function example<Id extends OperationId>(id: Id): Answer<Id> {
  return structuredClone(byId.get(id)?.value) as Answer<Id>;
}

/** The row that an example shows of a list. */
export function first<Row>(rows: Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('openapi.yaml shows an empty list');
  return row;
}

/** The example as an answer, with some of its members replaced. */
export function answer<Id extends OperationId>(id: Id, changes: Partial<Answer<Id>> = {}) {
  return HttpResponse.json(
    { ...(example(id) as object), ...changes },
    { status: byId.get(id)?.status ?? 500 },
  );
}

let requests = 0;

/** A problem with this code, dressed as in the examples. */
export function problem(status: number, code: string, detail: string, extra: Record<string, unknown> = {}) {
  requests += 1;
  const trace_id = `test-request-${requests}`;
  const body = {
    ...document.components.examples.internal_error?.value,
    ...document.components.examples[code]?.value,
    ...{ type: `/docs/errors#${code}`, title: code, status, detail, trace_id, timestamp: now(), ...extra },
    ...{ message: detail, error: code, code },
  };
  return HttpResponse.json(body, {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'X-Request-ID': trace_id },
  });
}

/** The problem that the document shows under this name. */
export function refused(code: string, detail?: string) {
  const shown = document.components.examples[code]?.value;
  if (!shown) throw new Error(`${code}: openapi.yaml has no such problem`);
  return problem(shown.status, code, detail ?? shown.detail);
}

export const now = () => new Date().toISOString().replace('Z', '000Z');

const address = (origin: string, path: string) => origin + path.replace(/\{(\w+)\}/g, ':$1');

/** Answers 401 to what needs a session while there is none, and nothing otherwise. */
export function sessionGates(origin: string, isSignedIn: () => boolean) {
  return operationsShown
    .filter(({ needsSession }) => needsSession)
    .map(({ method, path }) =>
      http[method](address(origin, path), () => (isSignedIn() ? undefined : refused('unauthenticated'))),
    );
}

/** Every operation, answered with its example. */
export function exampleHandlers(origin: string) {
  return operationsShown.map(({ method, path, status, value }) =>
    http[method](address(origin, path), () => HttpResponse.json(value as object, { status })),
  );
}
