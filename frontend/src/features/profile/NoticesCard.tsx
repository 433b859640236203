// SPDX-License-Identifier: MIT
// What may come by itself, in this browser.
import { useState } from 'react';
import { setPreferences, usePreferences } from '~/lib/preferences';
import { newsSettings as words } from '~/text/news';
import { Card } from '~/ui/Card';

interface SwitchProps {
  label: string;
  on: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}

function Switch({ label, on, disabled, onChange }: SwitchProps) {
  return (
    <label className="flex min-h-11 items-center gap-3">
      <input
        type="checkbox"
        className="size-5 shrink-0 accent-primary"
        checked={on}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

export function NoticesCard() {
  const { notices, saveData } = usePreferences();
  const possible = globalThis.Notification !== undefined && globalThis.isSecureContext;
  const [refused, setRefused] = useState(possible && Notification.permission === 'denied');

  async function change(on: boolean): Promise<void> {
    const granted = !on || (await Notification.requestPermission()) === 'granted';
    setRefused(!granted);
    setPreferences({ notices: on && granted });
  }

  return (
    <Card title={words.title}>
      <div className="flex flex-col gap-2 p-4">
        <p className="text-muted">{words.text}</p>
        <Switch label={words.browser} on={notices && !refused} disabled={!possible} onChange={change} />
        <p role="status" className="text-sm text-warn">
          {possible ? (refused ? words.denied : '') : words.missing}
        </p>
        <Switch label={words.saver} on={saveData} onChange={(on) => setPreferences({ saveData: on })} />
      </div>
    </Card>
  );
}
