// SPDX-License-Identifier: MIT
// Every failure of a request as one error type, built from the server's problem body when there is one.

export interface FieldFault {
  field: string;
  message: string;
}

export interface ProblemInit {
  status: number;
  code: string;
  title: string;
  detail: string;
  requestId: string | null;
  retryAfterSeconds: number | null;
  faults: FieldFault[];
  body: Record<string, unknown>;
}

/** status 0 means that no answer arrived at all. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  readonly faults: readonly FieldFault[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly atMs = Date.now();

  constructor(init: ProblemInit) {
    super(init.detail);
    this.status = init.status;
    this.code = init.code;
    this.title = init.title;
    this.requestId = init.requestId;
    this.retryAfterSeconds = init.retryAfterSeconds;
    this.faults = init.faults;
    this.body = init.body;
  }

  /** True when trying the same request again may work and can do no harm. */
  get transient(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** "/date_of_birth" (JSON pointer) and "body.date_of_birth" both name the field "date_of_birth". */
function fieldName(raw: string): string {
  return raw.split(/[/.#]/).filter(Boolean).at(-1) ?? raw;
}

function readFaults(value: unknown): FieldFault[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    const fault = asRecord(entry);
    const field = asText(fault.field) ?? asText(fault.pointer);
    const message = asText(fault.message) ?? asText(fault.detail);
    return field && message ? [{ field: fieldName(field), message }] : [];
  });
}

function seconds(header: string | null, body: unknown): number | null {
  const value = Number(header ?? body);
  return (header ?? body) != null && Number.isFinite(value) && value >= 0 ? Math.ceil(value) : null;
}

export function problemFromAnswer(response: Response, payload: unknown): Problem {
  const body = asRecord(payload);
  return new Problem({
    status: response.status,
    code: asText(body.code) ?? `HTTP_${response.status}`,
    title: asText(body.title) ?? response.statusText,
    detail: asText(body.detail) ?? asText(body.message) ?? '',
    requestId: response.headers.get('X-Request-ID') ?? asText(body.request_id) ?? asText(body.trace_id),
    retryAfterSeconds: seconds(response.headers.get('Retry-After'), body.retry_after),
    faults: readFaults(body.errors),
    body,
  });
}

export function problemWithoutAnswer(cause: unknown): Problem {
  const timedOut = cause instanceof DOMException && cause.name === 'TimeoutError';
  return new Problem({
    status: 0,
    code: timedOut ? 'TIMEOUT' : 'NETWORK',
    title: '',
    detail: '',
    requestId: null,
    retryAfterSeconds: null,
    faults: [],
    body: {},
  });
}

export function isProblem(error: unknown): error is Problem {
  return error instanceof Problem;
}

/** The server answered, but there is no such thing or it belongs to somebody else. */
export function isMissing(error: unknown): boolean {
  return isProblem(error) && error.status === 404;
}
