// SPDX-License-Identifier: MIT
// Download of a list as a file: what, which days, by whose clock. The browser fetches it, so that any length is fine.
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { bounds, zoneName } from '~/lib/day-range';
import { usePreferences } from '~/lib/preferences';
import type { Zone } from '~/lib/times';
import { exports as words } from '~/text/exports';
import { Field } from '~/ui/Field';
import { Modal } from '~/ui/Modal';
import { Segment } from '~/ui/Segment';

export interface Exported {
  label: string;
  /** Of the API. */
  path: string;
  /** Of the file, without its ending. */
  name: string;
}

interface Props {
  exported: readonly Exported[];
  filter?: Record<string, string> | undefined;
  days?: { from: string; to: string } | undefined;
  onClose: () => void;
}

function zoneChoices(): { value: Zone; label: string }[] {
  const [local, utc] = [zoneName('local'), zoneName('utc')];
  return [
    ...(local === utc ? [] : [{ value: 'local' as const, label: local }]),
    { value: 'utc' as const, label: utc },
  ];
}

export default function ExportDialog({ exported, filter, days, onClose }: Props) {
  const zones = zoneChoices();
  const preferred = usePreferences().zone;
  const [zone, setZone] = useState<Zone>(zones.length === 1 ? 'utc' : preferred);
  const [from, setFrom] = useState(days?.from ?? '');
  const [to, setTo] = useState(days?.to ?? '');
  const [chosen, setChosen] = useState(exported[0]?.path ?? '');
  const { path, name } = exported.find((one) => one.path === chosen) ?? { path: '', name: '' };
  const backwards = from !== '' && to !== '' && to < from;

  function link(format: 'csv' | 'jsonl', label: string) {
    // The days chosen here are those that count.
    const { from: _, to: __, ...others } = filter ?? {};
    const query = new URLSearchParams({ format, ...others, ...bounds({ from, to, zone }) });
    return backwards ? null : (
      <a className="btn grow" href={`${path}?${query}`} download={`${name}.${format}`}>
        <IconDownload size={16} aria-hidden="true" />
        {label}
      </a>
    );
  }

  return (
    <Modal open onClose={onClose} title={words.title} text={words.text}>
      <div className="flex flex-col gap-4">
        <Segment
          label={words.what}
          choices={exported.map((one) => ({ value: one.path, label: one.label }))}
          value={chosen}
          onChange={setChosen}
          className="self-start"
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label={words.from}
            type="date"
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
          <Field
            label={words.to}
            type="date"
            value={to}
            error={backwards ? words.backwards : undefined}
            onChange={(event) => setTo(event.target.value)}
          />
        </div>
        <p className="text-muted text-sm">
          {words.allDays} {filter ? words.filtered : null}
        </p>
        <div className="flex flex-wrap items-center gap-3">
          <span className="text-sm">{words.zone}</span>
          <Segment label={words.zone} choices={zones} value={zone} onChange={setZone} />
        </div>
        <div className="flex flex-wrap gap-3">
          {link('csv', words.csv)}
          {link('jsonl', words.jsonl)}
        </div>
      </div>
    </Modal>
  );
}
