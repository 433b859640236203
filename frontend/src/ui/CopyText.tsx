// SPDX-License-Identifier: MIT
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { common } from '~/text/common';

const SHOWN_MS = 2000;

export function CopyText({ text }: { text: string }) {
  const [done, setDone] = useState(false);

  async function copy() {
    await navigator.clipboard?.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), SHOWN_MS);
  }

  const Icon = done ? IconCheck : IconCopy;
  return (
    <button
      type="button"
      className="btn btn-small btn-quiet"
      onClick={copy}
      aria-label={`${done ? common.copied : common.copy} ${text}`}
    >
      <Icon size={16} aria-hidden="true" />
      <span aria-live="polite">{done ? common.copied : common.copy}</span>
    </button>
  );
}
