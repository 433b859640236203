// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { AssetPage } from '~/features/market/AssetPage';
import type { Route } from './+types/asset';

export const meta = ({ params }: Route.MetaArgs) => pageTitle(params.assetId.toUpperCase());

export default function AssetRoute({ params }: Route.ComponentProps) {
  const assetId = params.assetId.trim().toUpperCase();
  return <AssetPage key={assetId} assetId={assetId} />;
}
