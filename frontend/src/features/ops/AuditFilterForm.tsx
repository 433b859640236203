// SPDX-License-Identifier: MIT
import { type FormEvent, useId, useState } from 'react';
import { type AuditDays, type AuditFilter, type AuditKey, auditKeys } from '~/features/ops/requests';
import { ops } from '~/text/ops';
import { Button } from '~/ui/Button';

interface Props {
  filter: AuditFilter | null;
  days: AuditDays;
  onChange: (filter: AuditFilter | null, days: AuditDays) => void;
}

export function AuditFilterForm({ filter, days, onChange }: Props) {
  const [by, text, first, last] = [useId(), useId(), useId(), useId()];
  const [key, setKey] = useState<AuditKey>(filter?.key ?? 'action');
  const [value, setValue] = useState(filter?.value ?? '');
  const [from, setFrom] = useState(days.from ?? '');
  const [to, setTo] = useState(days.to ?? '');
  const find = (event: FormEvent) => {
    event.preventDefault();
    onChange(value.trim() ? { key, value: value.trim() } : null, { from, to });
  };
  return (
    <search className="mb-4">
      <form className="flex flex-wrap items-end gap-3" onSubmit={find}>
        <div className="min-w-36">
          <label htmlFor={by} className="mb-1 block font-medium text-muted text-sm">
            {ops.audit.by}
          </label>
          <select
            id={by}
            className="input"
            value={key}
            onChange={(event) => setKey(event.target.value as AuditKey)}
          >
            {auditKeys.map((name) => (
              <option key={name} value={name}>
                {ops.audit.keys[name]}
              </option>
            ))}
          </select>
        </div>
        <div className="min-w-56 grow sm:max-w-sm">
          <label htmlFor={text} className="mb-1 block font-medium text-muted text-sm">
            {ops.audit.value}
          </label>
          <input
            id={text}
            type="search"
            data-page-search
            className="input"
            maxLength={key === 'action' || key === 'request_id' ? 64 : 128}
            placeholder={ops.audit.samples(key)}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        </div>
        {(
          [
            [first, ops.audit.from, from, setFrom, undefined],
            [last, ops.audit.to, to, setTo, from || undefined],
          ] as const
        ).map(([id, label, day, setDay, min]) => (
          <div key={id} className="min-w-36">
            <label htmlFor={id} className="mb-1 block font-medium text-muted text-sm">
              {label}
            </label>
            <input
              id={id}
              type="date"
              className="input"
              min={min}
              value={day}
              onChange={(event) => setDay(event.target.value)}
            />
          </div>
        ))}
        <Button type="submit">{ops.audit.find}</Button>
        {filter || days.from || days.to ? (
          <Button onClick={() => onChange(null, {})}>{ops.audit.clear}</Button>
        ) : null}
      </form>
    </search>
  );
}
