// SPDX-License-Identifier: MIT
import { type FormEvent, useId, useState } from 'react';
import { logSamples } from '~/features/ops/log-samples';
import { readLogql } from '~/features/ops/logql';
import type { LogqlFault } from '~/features/ops/logql-scan';
import { logs } from '~/text/logs';
import { Button } from '~/ui/Button';

interface Props {
  query: string;
  onSearch: (query: string) => void;
}

function placed(text: string, fault: LogqlFault): string {
  const before = text.slice(0, fault.at).split('\n');
  return logs.where(before.length, (before.at(-1)?.length ?? 0) + 1) + fault.message;
}

export function LogQueryForm({ query, onSearch }: Props) {
  const [id, hint, wrong] = [useId(), useId(), useId()];
  const [text, setText] = useState(query);
  // A query is judged when it is to run; from then on until it is right.
  const [judged, setJudged] = useState(query !== '');
  // One that comes from elsewhere takes the place of the text; the box, and the focus in it, stay.
  const [known, setKnown] = useState(query);
  if (known !== query) {
    setKnown(query);
    setText(query);
    setJudged(query !== '');
  }
  const { fault } = judged && text.trim() ? readLogql(text) : { fault: undefined };
  const search = (event?: FormEvent) => {
    event?.preventDefault();
    setJudged(true);
    if (!text.trim() || !readLogql(text).fault) onSearch(text.trim());
  };
  return (
    <search className="mb-4 block">
      <form onSubmit={search}>
        <label htmlFor={id} className="mb-1 block font-medium text-muted text-sm">
          {logs.query}
        </label>
        <div className="flex flex-wrap items-start gap-3">
          <textarea
            id={id}
            data-page-search
            rows={2}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            className="input min-h-18 min-w-0 grow basis-80 py-2 font-mono text-sm"
            value={text}
            placeholder={logSamples[0]?.query}
            aria-invalid={fault ? true : undefined}
            aria-describedby={fault ? `${wrong} ${hint}` : hint}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey) return;
              event.preventDefault();
              search();
            }}
          />
          <Button type="submit" look="primary">
            {logs.find}
          </Button>
        </div>
        <p id={wrong} className="mt-1.5 text-down text-sm" aria-live="polite">
          {fault ? placed(text, fault) : null}
        </p>
        <p id={hint} className="mt-1 text-muted text-sm">
          {logs.queryHint}
        </p>
      </form>
      <ul aria-label={logs.samples} className="mt-2 flex flex-wrap gap-2">
        {logSamples.map((sample) => (
          <li key={sample.query}>
            <Button small look="quiet" title={sample.query} onClick={() => onSearch(sample.query)}>
              {sample.label}
            </Button>
          </li>
        ))}
      </ul>
    </search>
  );
}
