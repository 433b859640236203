// SPDX-License-Identifier: MIT
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { AUDIT_FILE_MOST, auditFile, save } from '~/features/ops/audit-file';
import type { AuditDays, AuditFilter } from '~/features/ops/requests';
import { ops } from '~/text/ops';
import { Button } from '~/ui/Button';
import { wordsFor } from '~/ui/problem-words';
import { notifyDone, notifyFailed } from '~/ui/toast';

const words = ops.audit.file;

/** Saves what the list would show, however far one scrolls. */
export function AuditExport({ filter, days }: { filter: AuditFilter | null; days: AuditDays }) {
  const file = useMutation({
    mutationFn: () => auditFile(filter, days),
    onSuccess: ({ text, whole }) => {
      save(text, 'audit-trail.csv');
      notifyDone(
        whole
          ? { title: words.saved }
          : { title: words.cut(AUDIT_FILE_MOST), text: words.cutText, stays: true },
      );
    },
    onError: (error) => notifyFailed({ title: words.failed, text: wordsFor(error).help }),
  });
  return (
    <Button busy={file.isPending} onClick={() => file.mutate()}>
      <IconDownload size={16} aria-hidden="true" />
      {words.act}
    </Button>
  );
}
