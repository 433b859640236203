// SPDX-License-Identifier: MIT
// What stands where the monitors have not answered: how to deploy them, or what has failed.
import { isAbsent } from '~/features/ops/requests';
import { ops } from '~/text/ops';
import { Button } from '~/ui/Button';
import { CopyText } from '~/ui/CopyText';
import { ProblemPanel } from '~/ui/ProblemPanel';

export function MonitoringProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!isAbsent(error)) return <ProblemPanel error={error} onRetry={onRetry} />;
  return (
    <div role="status" className="flex flex-col items-start gap-3 p-5">
      <p className="font-semibold">{ops.absent.title}</p>
      <p className="max-w-prose text-muted">{ops.absent.text}</p>
      <p className="flex max-w-full flex-wrap items-center gap-2">
        <code className="break-all">{ops.absent.command}</code> <CopyText text={ops.absent.command} />
      </p>
      <Button small onClick={onRetry}>
        {ops.absent.again}
      </Button>
    </div>
  );
}
