// SPDX-License-Identifier: MIT
// One line: a few words of it, and on demand all fields, the way to everything of its request, and the line itself.
import { useId, useState } from 'react';
import { Link } from 'react-router';
import type { LogLine } from '~/api/types';
import { paths } from '~/app/paths';
import {
  canAsk,
  type Field,
  fieldOf,
  fieldsOf,
  requestSearch,
  severityOf,
  summaryOf,
} from '~/features/ops/log-lines';
import { partly, type Zone } from '~/lib/times';
import { logs } from '~/text/logs';
import { CopyText } from '~/ui/CopyText';

const { list: words } = logs;

const looks = { fine: 'text-muted', warning: 'text-warn', error: 'text-down' } as const;

const parts = {
  ...{ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  ...{ fractionalSecondDigits: 3, hourCycle: 'h23' },
} as const satisfies Intl.DateTimeFormatOptions;

interface Props {
  line: LogLine;
  zone: Zone;
  onKeep: (field: Field) => void;
}

function Details({ line, onKeep }: Pick<Props, 'line' | 'onKeep'>) {
  const request = requestSearch(line);
  const id = fieldOf(line, 'request_id');
  return (
    <div className="flex flex-col gap-3 px-4 pb-4">
      {request ? (
        <p className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
          <Link className="link" to={`${paths.opsLogs}?${request}`}>
            {words.request}
          </Link>
          <Link className="link" to={`${paths.opsAudit}?${new URLSearchParams({ request_id: id })}`}>
            {words.trail}
          </Link>
        </p>
      ) : null}
      <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[max-content_1fr]">
        {fieldsOf(line).map((field) => (
          <div key={field.name} className="contents">
            <dt className="text-muted max-sm:mt-2">{field.name}</dt>
            <dd className="wrap-anywhere min-w-0 font-mono">
              {canAsk(field) ? (
                <button
                  type="button"
                  className="link text-start font-mono no-underline hover:underline"
                  aria-label={`${words.keep(field.name)}: ${field.value}`}
                  onClick={() => onKeep(field)}
                >
                  {field.value}
                </button>
              ) : (
                field.value
              )}
            </dd>
          </div>
        ))}
      </dl>
      <p>
        <CopyText text={JSON.stringify(line.line)} />
      </p>
    </div>
  );
}

export function LogRow({ line, zone, onKeep }: Props) {
  const details = useId();
  const [open, setOpen] = useState(false);
  const severity = severityOf(line);
  return (
    <li>
      <button
        type="button"
        className="flex w-full flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-2 text-start text-sm hover:bg-sunken md:flex-nowrap"
        aria-expanded={open}
        aria-controls={details}
        onClick={() => setOpen(!open)}
      >
        <time dateTime={line.time} className="num shrink-0 whitespace-nowrap">
          {partly(Date.parse(line.time), parts, zone)}
        </time>
        <span className={`w-18 shrink-0 font-semibold ${looks[severity]}`}>{words.severities[severity]}</span>
        <span className="w-24 shrink-0 font-medium">{fieldOf(line, 'service')}</span>
        <span className="wrap-anywhere min-w-0 grow">{summaryOf(line)}</span>
      </button>
      <div id={details} hidden={!open}>
        {open ? <Details line={line} onKeep={onKeep} /> : null}
      </div>
    </li>
  );
}
