// SPDX-License-Identifier: MIT
// Short names for the shapes of the API; all of them come from the generated schema.
import type { components } from '~/api/schema';

type Schemas = components['schemas'];

export type Alert = Schemas['Alert'];
export type Asset = Schemas['Asset'];
export type AssetDetail = Schemas['AssetDetail'];
export type AssetTransaction = Schemas['AssetTransaction'];
export type AuditLine = Schemas['AuditLine'];
export type BalanceEvent = Schemas['BalanceEvent'];
export type Book = Schemas['Book'];
export type BookLevel = Schemas['BookLevel'];
export type Candle = Schemas['Candle'];
export type CandleInterval = Schemas['CandleList']['interval'];
export type Fill = Schemas['Fill'];
export type FillEvent = Schemas['FillEvent'];
export type Finding = Schemas['Finding'];
export type GuardAddress = Schemas['GuardAddress'];
export type Holding = Schemas['Holding'];
export type Insight = Schemas['Insight'];
export type Limits = Schemas['Limits'];
export type LimitUse = Schemas['LimitUse'];
export type LogHistogram = Schemas['LogHistogramReply']['data'];
export type LogLine = Schemas['LogLine'];
export type Market = Schemas['Market'];
export type MarketTrade = Schemas['MarketTrade'];
export type Order = Schemas['Order'];
export type OrderEvent = Schemas['OrderEvent'];
export type OrderStatus = Schemas['OrderStatus'];
export type OrderType = Schemas['OrderType'];
export type OperationsProcess = Schemas['OperationsProcess'];
export type Panel = Schemas['Panel'];
export type PanelData = Schemas['PanelReply']['data'];
export type Portfolio = Schemas['Portfolio'];
export type Preview = Schemas['Preview'];
export type Proof = Schemas['Proof'];
export type Profile = Schemas['Profile'];
export type ProfileChange = Schemas['ProfileRequest'];
export type Registration = Schemas['RegisterRequest'];
export type SelfTradePrevention = NonNullable<Schemas['OrderRequest']['self_trade_prevention']>;
export type Session = Schemas['Session'];
export type Silence = Schemas['Silence'];
export type Ticker = Schemas['Ticker'];
export type TimeInForce = Schemas['TimeInForce'];
export type TradeEvent = Schemas['TradeEvent'];
export type Transaction = Schemas['TransactionList']['transactions'][number];
