import { get, send } from "./client";
import type { Unit } from "./types";

export interface ReturnProvider {
  code: string;
  name: string;
  kind: string;
  gauges: number;
}

export interface GaugeReading {
  value: number;
  at: string;
  until: string | null;
  recorded_at: string;
  typed: boolean;
}

/** A gauge that an organisation may report, the range of its values, and what it last said. */
export interface ReturnGauge {
  measure: string;
  title: string;
  definition: string;
  unit: Unit;
  least: number;
  most: number;
  whole: boolean;
  last: GaugeReading | null;
}

export interface ReturnSheet {
  as_at: string;
  provider: ReturnProvider;
  items: ReturnGauge[];
}

export interface ReturnLine {
  measure: string;
  value: number;
  sure: boolean;
}

export interface ReturnWanted {
  at: string;
  until: string;
  values: ReturnLine[];
}

export interface ReturnLineAnswer {
  measure: string;
  outcome: "ready" | "accepted" | "duplicate" | "refused" | "confirm";
  reason: string | null;
  replaces: boolean;
}

export interface ReturnAnswer {
  at: string;
  until: string;
  sent: boolean;
  lines: ReturnLineAnswer[];
}

export const fetchReturns = () => get<ReturnProvider[]>("/api/v1/returns");
export const fetchSheet = (code: string) => get<ReturnSheet>(`/api/v1/returns/${encodeURIComponent(code)}`);
export const sendReturn = (code: string, wanted: ReturnWanted) =>
  send<ReturnAnswer>(`/api/v1/returns/${encodeURIComponent(code)}`, wanted);
