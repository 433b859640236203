// SPDX-License-Identifier: MIT
import type { Alert } from '~/api/types';
import { ops } from '~/text/ops';
import { silences } from '~/text/silences';
import { Button } from '~/ui/Button';
import { Ago } from '~/ui/Time';

const tones: Record<string, string> = {
  critical: 'bg-down-tint text-down',
  warning: 'bg-warn-tint text-warn',
};

interface Props {
  alert: Alert;
  /** Where it can be silenced. */
  onSilence?: ((alert: Alert) => void) | undefined;
}

/** One alert: how grave, what, since when, and which page tells what to do. */
export function AlertLine({ alert, onSilence }: Props) {
  const { name, severity, summary, since, runbook, silenced } = alert;
  return (
    <li className="flex flex-col gap-1 p-4">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {severity ? (
          <span className={`chip ${tones[severity] ?? 'bg-tint text-on-tint'}`}>{severity}</span>
        ) : null}
        <strong>{name}</strong>
        <Ago at={since} />
        {silenced ? <span className="chip">{ops.alerts.silenced}</span> : null}
        {onSilence && !silenced ? (
          <Button small aria-label={silences.silenceLabel(name)} onClick={() => onSilence(alert)}>
            {silences.silence}
          </Button>
        ) : null}
      </p>
      {summary ? <p>{summary}</p> : null}
      {runbook ? (
        <p className="text-muted text-sm">
          {ops.alerts.columns.runbook} <code className="break-all">{runbook}</code>
        </p>
      ) : null}
    </li>
  );
}
