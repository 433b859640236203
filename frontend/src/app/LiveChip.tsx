// SPDX-License-Identifier: MIT
// Says how the figures on the page stay current.
import { IconAlertTriangle, IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import { type LiveState, useLiveState } from '~/api/live';
import { liveWords } from '~/text/live';

const looks = {
  live: [IconCircleCheckFilled, 'text-up'],
  reconnecting: [IconAlertTriangle, 'text-warn'],
  polling: [IconCircle, 'text-muted'],
  saver: [IconCircle, 'text-muted'],
} as const satisfies Record<LiveState, unknown>;

export function LiveChip() {
  const state = useLiveState();
  const [Icon, tone] = looks[state];
  return (
    <span
      role="img"
      aria-label={liveWords.chip(liveWords.states[state])}
      title={liveWords.about[state]}
      data-live={state}
      className={`chip bg-transparent ${tone}`}
    >
      <Icon size={16} aria-hidden="true" />
      <span className="hidden xl:inline">{liveWords.states[state]}</span>
    </span>
  );
}
