// SPDX-License-Identifier: MIT
// A coloured badge with the first letters of a symbol. The hue follows from the symbol, so it never changes.

const HUES = 12;

function hueOf(assetId: string): number {
  let hash = 7;
  for (const char of assetId) hash = (hash * 31 + char.charCodeAt(0)) % 9973;
  return hash % HUES;
}

const tones = [
  'bg-[oklch(0.44_0.09_20)]',
  'bg-[oklch(0.44_0.09_50)]',
  'bg-[oklch(0.44_0.08_80)]',
  'bg-[oklch(0.42_0.08_120)]',
  'bg-[oklch(0.42_0.08_150)]',
  'bg-[oklch(0.42_0.07_180)]',
  'bg-[oklch(0.42_0.07_210)]',
  'bg-[oklch(0.42_0.09_240)]',
  'bg-[oklch(0.42_0.1_265)]',
  'bg-[oklch(0.42_0.1_295)]',
  'bg-[oklch(0.42_0.1_325)]',
  'bg-[oklch(0.43_0.09_350)]',
];

export function AssetMark({ assetId, size = 'size-9' }: { assetId: string; size?: string }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-flex ${size} shrink-0 items-center justify-center rounded-full font-bold text-[0.6875rem] text-white tracking-tight ${tones[hueOf(assetId)]}`}
    >
      {assetId.slice(0, 3)}
    </span>
  );
}

/** Badge, name and symbol in one line. */
export function AssetName({ assetId, name }: { assetId: string; name: string }) {
  return (
    <span className="flex min-w-0 items-center gap-3 text-start">
      <AssetMark assetId={assetId} />
      <span className="min-w-0">
        <span className="block truncate font-medium">{name}</span>
        <span className="block text-muted text-sm">{assetId}</span>
      </span>
    </span>
  );
}
