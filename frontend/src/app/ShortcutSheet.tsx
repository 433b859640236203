// SPDX-License-Identifier: MIT
import { setPreferences, usePreferences } from '~/lib/preferences';
import { common } from '~/text/common';
import { Modal } from '~/ui/Modal';

export default function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { singleKeys } = usePreferences();
  return (
    <Modal open={open} onClose={onClose} title={common.shortcuts.title} text={common.shortcuts.intro}>
      <dl className="grid grid-cols-[7rem_1fr] gap-x-4 gap-y-2">
        {common.shortcuts.keys.map(([keys, meaning]) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="kbd">{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label className="mt-5 flex min-h-11 items-center gap-3">
        <input
          type="checkbox"
          className="size-5 accent-primary"
          checked={singleKeys}
          onChange={(event) => setPreferences({ singleKeys: event.target.checked })}
        />
        {common.shortcuts.toggle}
      </label>
    </Modal>
  );
}
