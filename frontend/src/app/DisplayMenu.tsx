// SPDX-License-Identifier: MIT
// Theme, colour-blind palette, time zone and live updates, for everyone, signed in or not.
import { Menu } from '@base-ui/react/menu';
import { IconCheck } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { setPreferences, type Theme, usePreferences } from '~/lib/preferences';
import { display } from '~/text/display';

const itemClass =
  'flex min-h-10 cursor-pointer items-center justify-between gap-6 rounded-md px-3 text-[0.9375rem] outline-none ' +
  'data-highlighted:bg-tint data-highlighted:text-on-tint';

const themes: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: display.system },
  { value: 'light', label: display.light },
  { value: 'dark', label: display.dark },
];

function Themes({ theme }: { theme: Theme }) {
  return (
    <Menu.RadioGroup value={theme} onValueChange={(value: Theme) => setPreferences({ theme: value })}>
      {themes.map(({ value, label }) => (
        <Menu.RadioItem key={value} value={value} className={itemClass}>
          {label}
          <Menu.RadioItemIndicator>
            <IconCheck size={18} aria-hidden="true" />
          </Menu.RadioItemIndicator>
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

interface SwitchProps {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function SwitchItem({ label, on, onChange }: SwitchProps) {
  return (
    <Menu.CheckboxItem checked={on} onCheckedChange={onChange} className={itemClass}>
      {label}
      <Menu.CheckboxItemIndicator>
        <IconCheck size={18} aria-hidden="true" />
      </Menu.CheckboxItemIndicator>
    </Menu.CheckboxItem>
  );
}

export default function DisplayMenu({ children }: { children: ReactNode }) {
  // Popups stay inside the landmark they belong to.
  const [host, setHost] = useState<HTMLElement | null>(null);
  const { theme, palette, zone, saveData } = usePreferences();
  return (
    <div ref={setHost}>
      <Menu.Root modal={false} defaultOpen>
        <Menu.Trigger className="btn btn-icon" aria-label={display.menu} title={display.menu}>
          {children}
        </Menu.Trigger>
        <Menu.Portal container={host}>
          <Menu.Positioner className="z-40" sideOffset={6} align="end">
            <Menu.Popup className="popup min-w-60 p-1.5">
              <Themes theme={theme} />
              <Menu.Separator className="my-1.5 border-line border-t" />
              <SwitchItem
                label={display.safePalette}
                on={palette === 'safe'}
                onChange={(on) => setPreferences({ palette: on ? 'safe' : 'standard' })}
              />
              <SwitchItem
                label={display.utc}
                on={zone === 'utc'}
                onChange={(on) => setPreferences({ zone: on ? 'utc' : 'local' })}
              />
              <SwitchItem
                label={display.saver}
                on={saveData}
                onChange={(on) => setPreferences({ saveData: on })}
              />
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}
