// SPDX-License-Identifier: MIT
// Queries to begin with.
import { logs } from '~/text/logs';

export const logSamples: readonly { label: string; query: string }[] = [
  { label: logs.sample.refused, query: '{service="inventory"} | json | status="422"' },
  { label: logs.sample.audit, query: '{service="audit"} | json' },
  { label: logs.sample.failed, query: '{service="audit"} | json | action="auth_failed"' },
  { label: logs.sample.errors, query: '{service="gateway"} | json | status >= 500' },
  { label: logs.sample.slow, query: '{service=~".+"} | json | dur_us > 100000' },
];
