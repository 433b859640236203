// SPDX-License-Identifier: MIT
// What stands where the monitors have not answered: how to deploy them, where to look, or what else has failed.
import { isAbsent, isMonitoring } from '~/features/ops/requests';
import { ops } from '~/text/ops';
import { Button } from '~/ui/Button';
import { CopyText } from '~/ui/CopyText';
import { ProblemPanel } from '~/ui/ProblemPanel';

interface Props {
  error: unknown;
  onRetry: () => void;
}

export function MonitoringProblem({ error, onRetry }: Props) {
  const absent = isAbsent(error);
  if (!isMonitoring(error)) {
    return <ProblemPanel error={error} onRetry={onRetry} />;
  }
  const words = absent ? ops.absent : ops.failed;
  return (
    <div role={absent ? 'status' : 'alert'} className="flex flex-col items-start gap-3 p-5">
      <p className="font-semibold">{words.title}</p>
      <p className="max-w-prose text-muted">{words.text}</p>
      <p className="flex max-w-full flex-wrap items-center gap-2">
        <code className="break-all">{words.command}</code> <CopyText text={words.command} />
      </p>
      <Button small onClick={onRetry}>
        {ops.absent.again}
      </Button>
    </div>
  );
}
