// SPDX-License-Identifier: MIT
// A tinted badge with the first letter of a symbol. The hue follows from the symbol, so it never changes.

const HUES = 12;

function hueOf(assetId: string): number {
  let hash = 7;
  for (const char of assetId) hash = (hash * 31 + char.charCodeAt(0)) % 9973;
  return hash % HUES;
}

const hues = [
  '[--hue:20]',
  '[--hue:50]',
  '[--hue:80]',
  '[--hue:120]',
  '[--hue:150]',
  '[--hue:180]',
  '[--hue:210]',
  '[--hue:240]',
  '[--hue:265]',
  '[--hue:295]',
  '[--hue:325]',
  '[--hue:350]',
];

export function AssetMark({ assetId, size = 'size-9' }: { assetId: string; size?: string }) {
  return (
    <span aria-hidden="true" className={`mark ${size} ${hues[hueOf(assetId)]}`}>
      {assetId.slice(0, 1)}
    </span>
  );
}

/** Badge, name and symbol in one line. */
export function AssetName({ assetId, name }: { assetId: string; name: string }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5 text-start sm:gap-3">
      <AssetMark assetId={assetId} />
      <span className="min-w-0 leading-tight">
        <span className="block truncate font-medium">{name}</span>
        <span className="mt-0.5 block text-muted text-sm leading-tight">{assetId}</span>
      </span>
    </span>
  );
}
